/** A page that could not be made. */
import { html } from '../html.js';
import { documentOf, logo } from './document.js';

export function failurePage(told: string): string {
  const body = html`<main class="login"><h1>${logo} ROSI</h1>
<p>${told}</p><p><a href="/">Try again</a></p></main>`;
  return documentOf({ title: 'ROSI', body, live: false });
}

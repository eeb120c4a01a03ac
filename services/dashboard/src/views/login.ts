/** The page that asks for the secret key. */
import { html } from '../html.js';
import { documentOf, logo } from './document.js';

export interface LoginView {
  /** Where to go afterwards: an address of this page. */
  readonly next: string;
  /** What went wrong, or why the key is asked for again; null: nothing. */
  readonly told: string | null;
}

export function loginPage({ next, told }: LoginView): string {
  const body = html`<main class="login">
<h1>${logo} ROSI</h1>
<p>What did our posts, influencers, ads and referrals earn?</p>
<form method="post" action="/login">
<input name="username" value="rosi" autocomplete="username" hidden>
<label for="key">Secret key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus
  spellcheck="false"${told === null ? null : html` aria-describedby="told"`}>
<input type="hidden" name="next" value="${next}">
${told === null ? null : html`<p id="told" class="wrong" role="alert">${told}</p>`}
<button type="submit">Log in</button>
</form>
<p class="hint">The key was printed when ROSI first started, and is kept in <code>keys.json</code> in
its data folder (<code>.rosi</code>) or in <code>ROSI_SECRET_KEY</code>.</p>
</main>`;
  return documentOf({ title: 'Log in – ROSI', body, live: false });
}

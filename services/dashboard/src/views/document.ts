/** What every page has around its content. Nothing is loaded from elsewhere. */
import { type Html, html } from '../html.js';

export interface DocumentParts {
  readonly title: string;
  readonly body: Html;
  /** The page keeps itself up to date. */
  readonly live: boolean;
}

export function documentOf({ title, body, live }: DocumentParts): string {
  const script = html`<script type="module" src="/assets/live.js"></script>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="/assets/icon.svg">
<link rel="stylesheet" href="/assets/page.css">
${live ? script : null}
</head>
<body>
${body}
</body>
</html>
`;
  return page.text;
}

export const logo: Html = html`<img src="/assets/icon.svg" alt="" width="28" height="28">`;

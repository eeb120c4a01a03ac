/**
 * Keeps the page up to date: asks every two seconds for the part that changes, and at once when the
 * reader chooses something. The address holds every choice. A page that nobody looks at asks nothing.
 */
import { morph } from './morph.js';

const everyMs = 2_000;
const retryMsMax = 30_000;

let tag = '';
let failures = 0;
let timer = 0;
/** @type {AbortController | null} */
let asking = null;

/** A later question replaces the one under way, so that an old answer never wins. */
async function refresh() {
  clearTimeout(timer);
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  try {
    const headers = tag === '' ? {} : { 'if-none-match': tag };
    const url = `/live${location.search}`;
    const response = await fetch(url, { headers, cache: 'no-store', signal: mine.signal });
    if (response.status === 401) return ended();
    if (response.status === 200) show(await response.text(), response.headers.get('etag') ?? '');
    else if (response.status !== 304) throw new Error(`status ${response.status}`);
    told('');
    busy(false);
    failures = 0;
  } catch {
    if (mine.signal.aborted) return;
    busy(false);
    failures += 1;
    told('ROSI does not answer just now. What you see may be old; trying again…');
  }
  timer = setTimeout(refresh, Math.min(everyMs * 2 ** failures, retryMsMax));
}

/**
 * @param {string} text
 * @param {string} newTag
 */
function show(text, newTag) {
  const next = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
  const main = document.querySelector('main');
  if (next === null || main === null) return;
  morph(main, next);
  tag = newTag;
}

function ended() {
  const next = `/${location.search}`;
  location.assign(`/login?${new URLSearchParams({ ended: '', next })}`);
}

/** @param {string} text */
function told(text) {
  const place = document.querySelector('#connection');
  if (place !== null && place.textContent !== text) place.textContent = text;
}

/**
 * What stands there is not what was chosen, until the answer comes.
 * @param {boolean} yes
 */
function busy(yes) {
  const main = document.querySelector('main');
  if (yes) main?.setAttribute('aria-busy', 'true');
  else main?.removeAttribute('aria-busy');
}

/** @param {string} address */
function go(address) {
  history.pushState(null, '', address);
  busy(true);
  refresh();
}

/** @param {HTMLFormElement} form */
function addressOf(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value !== '') query.append(name, String(value));
  }
  return `/?${query}`;
}

document.addEventListener('change', ({ target }) => {
  if (!(target instanceof Element)) return;
  const form = target.closest('form');
  if (form?.id === 'choices') go(addressOf(form));
});

document.addEventListener('submit', (event) => {
  if (!(event.target instanceof HTMLFormElement) || event.target.id !== 'choices') return;
  event.preventDefault();
  go(addressOf(event.target));
});

document.addEventListener('click', (event) => {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  if (!(event.target instanceof Element)) return;
  const link = event.target.closest('a[data-live]');
  if (link === null) return;
  event.preventDefault();
  go(link.getAttribute('href') ?? '/');
});

addEventListener('popstate', () => {
  busy(true);
  refresh();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) clearTimeout(timer);
  else refresh();
});
timer = setTimeout(refresh, everyMs);

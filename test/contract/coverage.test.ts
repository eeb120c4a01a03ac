/**
 * Every sentence of the contract's sections 2 and 3 is quoted by an example, and every quote is
 * the contract's. What can't be shown from outside is named here, with where it is shown instead.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { examples } from './examples/all.js';
import { requestSentences } from './examples/requests.js';
import { notShown } from './not-shown.js';

const quoteLengthMin = 8;
const sentences = JSON.parse(
  readFileSync(new URL('./sentences.json', import.meta.url), 'utf8'),
) as readonly { readonly id: string; readonly text: string }[];
const quotes = [...examples.flatMap((one) => one.sentences), ...requestSentences];

it('quotes only what the contract says', () => {
  const quoted = [...quotes, ...notShown.map(({ sentence }) => sentence)];
  const foreign = quoted.filter(
    (quote) =>
      quote.length < quoteLengthMin || !sentences.some((sentence) => sentence.text.includes(quote)),
  );
  expect([...new Set(foreign)]).toEqual([]);
});

it('has an example for every sentence of sections 2 and 3', () => {
  const missing = sentences.filter(
    ({ text }) =>
      !quotes.some((quote) => text.includes(quote)) &&
      !notShown.some(({ sentence }) => text.includes(sentence)),
  );
  expect(missing.map(({ id, text }) => `${id} ${text}`)).toEqual([]);
});

it('excuses no sentence that has an example', () => {
  const needless = notShown.filter(({ sentence }) => quotes.includes(sentence));
  expect(needless).toEqual([]);
});

it('has examples with titles of their own', () => {
  const titles = examples.map((one) => `${one.section}: ${one.title}`);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

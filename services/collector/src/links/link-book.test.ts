/** What the book of links knows, from where, and how far back it looks for what others have changed. */
import { createLogger } from '@rosi/service-kit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LinkBook } from './link-book.js';
import type { StoredLink } from './link-options.js';

const logger = createLogger({ name: 'test', level: 'silent' });
const link = (linkId: string, more: Partial<StoredLink> = {}): StoredLink => ({
  linkId,
  url: `https://shop.example/${linkId}`,
  occurredAt: 1,
  eventId: 'e',
  ...more,
});

let books: LinkBook[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  for (const book of books) book.stop();
  books = [];
  vi.useRealTimers();
});

async function bookOf(tables: StoredLink[], clock = { now: 1_000_000_000 }, linksMax = 10) {
  const asked: number[] = [];
  const source = {
    newest: async (limit: number) => tables.slice(-limit),
    recordedWithin: async (seconds: number) => {
      asked.push(seconds);
      const from = clock.now - seconds * 1_000;
      return tables.filter(({ recordedAt = 0 }) => recordedAt > from);
    },
    find: async (linkId: string) => tables.find((one) => one.linkId === linkId) ?? null,
  };
  const book = new LinkBook({ source, logger, now: () => clock.now, linksMax });
  books.push(book);
  await book.start();
  return { book, asked };
}

it('sees what others changed, though the tables were hours behind', async () => {
  const clock = { now: 1_000_000_000 };
  const tables = [link('a', { recordedAt: clock.now })];
  const { book } = await bookOf(tables, clock);
  // Recorded a minute after the start, in the tables two hours later.
  const recordedAt = clock.now + 60_000;
  clock.now += 7_200_000;
  tables[0] = link('a', { url: 'https://shop.example/moved', occurredAt: 2, recordedAt });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(book.get('a')).toEqual({ destination: 'https://shop.example/moved' });
});

it('takes the version with the latest time, then the larger event id, whatever order they come in', async () => {
  const { book } = await bookOf([]);
  const versions = [
    link('a', { url: 'https://one.example/', occurredAt: 2, eventId: 'a' }),
    link('a', { url: 'https://two.example/', occurredAt: 2, eventId: 'b' }),
    link('a', { url: 'https://old.example/', occurredAt: 1, eventId: 'z' }),
  ];
  for (const order of [versions, [...versions].reverse()]) {
    const { book: other } = await bookOf([]);
    for (const version of order) other.put(version);
    expect(other.get('a')).toEqual({ destination: 'https://two.example/' });
  }
  expect(book.get('a')).toBeUndefined();
});

it('forgets the link used longest ago beyond its bound, and finds it again', async () => {
  const { book } = await bookOf([link('a'), link('b'), link('c')], undefined, 3);
  expect(book.get('a')).toBeDefined();
  book.put(link('d'));
  expect([book.get('b'), book.get('a') !== undefined]).toEqual([undefined, true]);
  expect(await book.find('b')).toEqual({ destination: 'https://shop.example/b' });
});

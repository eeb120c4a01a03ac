import { expect, it } from 'vitest';
import { Turns } from './turns.js';

/** Work that ends when told, and what has begun of it. */
function manyWorks() {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve, reject) => {
      ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
    });
  };
  const settle = () => new Promise((done) => setImmediate(done));
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await settle();
  };
  return { begun, work, end, settle };
}

it('lets so many of one sender begin, the others in their order; another sender at once', async () => {
  const { begun, work, end, settle } = manyWorks();
  const turns = new Turns(() => 2);
  const all = ['a1', 'a2', 'a3', 'a4'].map((name) => turns.take('a', work(name)));
  void turns.take('b', work('b1'));
  await settle();
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  await end('a2');
  expect(begun).toEqual(['a1', 'a2', 'b1', 'a3']);
  await end('a1');
  await end('a3');
  await end('a4');
  await expect(Promise.all(all)).resolves.toEqual(['a1', 'a2', 'a3', 'a4']);
});

it('hands the turn on when the work fails, and answers as the work does', async () => {
  const { begun, work, end, settle } = manyWorks();
  const turns = new Turns(() => 1);
  const failing = turns.take('a', work('a1'));
  const next = turns.take('a', work('a2'));
  const failed = expect(failing).rejects.toThrow('disk');
  await settle();
  await end('a1', new Error('disk'));
  await failed;
  expect(begun).toEqual(['a1', 'a2']);
  await end('a2');
  await expect(next).resolves.toBe('a2');
  expect(turns.senders).toBe(0);
});

it('lets all begin that wait, once it may be more', async () => {
  const { begun, work, end, settle } = manyWorks();
  let max = 1;
  const turns = new Turns(() => max);
  for (const name of ['a1', 'a2', 'a3', 'a4']) void turns.take('a', work(name));
  await settle();
  expect(begun).toEqual(['a1']);
  max = Number.POSITIVE_INFINITY;
  await end('a1');
  expect(begun).toEqual(['a1', 'a2', 'a3', 'a4']);
  max = 2;
  void turns.take('a', work('a5'));
  await end('a2');
  expect(begun).not.toContain('a5');
  await end('a3');
  expect(begun).toContain('a5');
});

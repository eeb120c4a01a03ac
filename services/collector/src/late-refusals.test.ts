/** Who sends too much hears so late, and one after the other: what keeps a flood from costing the others. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LateRefusals } from './late-refusals.js';
import { appFor, MemoryLog, secretKey, writeKey } from './testing/fixture.js';

const firstMs = 500;
const betweenMs = 10;
const senderMax = 450;
const allMax = 5_000;

/** A response as far as its end matters. */
const response = () => new EventEmitter() as unknown as ServerResponse;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('come one after the other, those of another sender meanwhile', () => {
  const refusals = new LateRefusals();
  const one = vi.fn();
  const another = vi.fn();
  for (let refused = 0; refused < 10; refused += 1) refusals.later('one', response(), one);
  vi.advanceTimersByTime(betweenMs);
  refusals.later('another', response(), another);
  vi.advanceTimersByTime(firstMs - betweenMs);
  expect(one).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(betweenMs);
  expect([one.mock.calls.length, another.mock.calls.length]).toEqual([2, 1]);
  vi.advanceTimersByTime(8 * betweenMs);
  expect(one).toHaveBeenCalledTimes(10);
  expect(refusals.waiting).toBe(0);
});

/** Of one sender, as many as may wait. */
function fill(refusals: LateRefusals, answer: () => void): void {
  const taken = Array.from({ length: senderMax + 1 }, () =>
    refusals.later('one', response(), answer),
  );
  expect(taken.filter((one) => !one)).toHaveLength(1);
}

it('are so many of one sender that the last waits five seconds', () => {
  const refusals = new LateRefusals();
  const answer = vi.fn();
  fill(refusals, answer);
  vi.advanceTimersByTime(firstMs + senderMax * betweenMs);
  expect(answer).toHaveBeenCalledTimes(senderMax);
  expect(refusals.later('one', response(), answer)).toBe(true);
});

it('are so many in all', () => {
  const refusals = new LateRefusals();
  const answer = vi.fn();
  fill(refusals, answer);
  let senders = 0;
  while (refusals.later(`${senders}`, response(), answer)) senders += 1;
  expect(senders).toBe(allMax - senderMax);
  // Not by the clock: to move so many of its timers on takes minutes on a busy machine.
  refusals.answerAll();
  expect(answer).toHaveBeenCalledTimes(allMax);
  expect(refusals.later('one', response(), answer)).toBe(true);
});

it('of those who have gone keep nobody waiting, and are not given', () => {
  const refusals = new LateRefusals();
  const [gone, here] = [vi.fn(), vi.fn()];
  for (let refused = 0; refused < senderMax; refused += 1) {
    const left = response();
    refusals.later('one', left, gone);
    left.emit('close');
  }
  expect(refusals.waiting).toBe(0);
  refusals.later('one', response(), here);
  vi.advanceTimersByTime(firstMs);
  expect([gone.mock.calls.length, here.mock.calls.length]).toEqual([0, 1]);
});

it('are given at once when it stops', () => {
  const refusals = new LateRefusals();
  const answer = vi.fn();
  for (let refused = 0; refused < 3; refused += 1) refusals.later('one', response(), answer);
  refusals.answerAll();
  expect([answer.mock.calls.length, refusals.waiting]).toEqual([3, 0]);
  vi.runAllTimers();
  expect(answer).toHaveBeenCalledTimes(3);
});

it('are the answers 429 of the collector, and no others', async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const addressRate = { eventsPerSecond: 1, burst: 1 };
  const { post } = await appFor(new MemoryLog(), { limits: { addressRate } });
  const answered: number[] = [];
  const send = async (key: string) => {
    const { statusCode } = await post(
      { type: 'page', page: { url: 'https://shop.example/' } },
      { key },
    );
    answered.push(statusCode);
  };
  await send(writeKey);
  const refused = send(writeKey);
  await send(secretKey);
  expect(answered).toEqual([202, 202]);
  // Each look moves the timers on.
  await vi.waitFor(() => expect(answered).toEqual([202, 202, 429]), 10_000);
  await refused;
});

it('of the collector are given when it stops, and close the connection where too many wait', async () => {
  const addressRate = { eventsPerSecond: 1, burst: 1 };
  const { post, beginStop } = await appFor(new MemoryLog(), { limits: { addressRate } });
  const send = () =>
    post({ type: 'page', page: { url: 'https://shop.example/' } }, { key: writeKey });
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await send();
  const all = Array.from({ length: senderMax + 1 }, send);
  const atOnce = await Promise.race(all);
  expect([atOnce.statusCode, atOnce.headers.connection]).toEqual([429, 'close']);
  beginStop();
  const answers = await Promise.all(all);
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([429]));
});

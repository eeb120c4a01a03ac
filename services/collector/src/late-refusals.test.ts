/** Who sends too much hears so late, and one after the other: what keeps a flood from costing the others. */
import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { laterOf } from './late-refusals.js';
import { problem, retryLater, sendProblem } from './problems.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const firstMs = 500;
const betweenMs = 10;
const waitingMax = 5_000;

function replyWith(send: (body: unknown) => void): FastifyReply {
  const reply = {
    request: { ip: '203.0.113.9' },
    headers: () => reply,
    code: () => reply,
    send(body: unknown) {
      send(body);
      return reply;
    },
  };
  // sendProblem uses these alone.
  return reply as unknown as FastifyReply;
}

it('answers 429 late, once, and everything else at once', () => {
  const late = vi.fn();
  const atOnce = vi.fn();
  sendProblem(replyWith(late), retryLater(429, 'rate_limited', 'Too much.', 1));
  sendProblem(replyWith(atOnce), problem(400, 'bad_request', 'Not so.'));
  expect([late.mock.calls.length, atOnce.mock.calls.length]).toEqual([0, 1]);
  vi.runAllTimers();
  expect(late.mock.calls).toEqual([[{ error: { code: 'rate_limited', message: 'Too much.' } }]]);
});

it('answers those of one network one after the other, and another network meanwhile', () => {
  const one = vi.fn();
  const another = vi.fn();
  for (let refused = 0; refused < 10; refused += 1) laterOf('one', one);
  vi.advanceTimersByTime(betweenMs);
  laterOf('another', another);
  vi.advanceTimersByTime(firstMs - betweenMs);
  expect(one).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(betweenMs);
  expect([one.mock.calls.length, another.mock.calls.length]).toEqual([2, 1]);
  vi.advanceTimersByTime(7 * betweenMs);
  expect(one).toHaveBeenCalledTimes(9);
  vi.runAllTimers();
  expect(one).toHaveBeenCalledTimes(10);
});

it('lets only so many wait, and forgets those that were answered', () => {
  const answer = vi.fn();
  for (let refused = 0; refused < waitingMax; refused += 1) laterOf('one', answer);
  expect(answer).not.toHaveBeenCalled();
  laterOf('another', answer);
  expect(answer).toHaveBeenCalledTimes(1);
  vi.runAllTimers();
  expect(answer).toHaveBeenCalledTimes(waitingMax + 1);
  laterOf('one', answer);
  vi.advanceTimersByTime(firstMs - 1);
  expect(answer).toHaveBeenCalledTimes(waitingMax + 1);
  vi.advanceTimersByTime(1);
  expect(answer).toHaveBeenCalledTimes(waitingMax + 2);
});

/** Who sends too much hears so late, which is what keeps a flood from costing the others. */
import type { FastifyReply } from 'fastify';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { problem, retryLater, sendProblem } from './problems.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const waitingMax = 5_000;

function replyWith(send: (body: unknown) => void): FastifyReply {
  const reply = {
    headers: () => reply,
    code: () => reply,
    send(body: unknown) {
      send(body);
      return reply;
    },
  };
  // sendProblem uses these three alone.
  return reply as unknown as FastifyReply;
}

const refuse = (send: () => void) =>
  sendProblem(replyWith(send), retryLater(429, 'rate_limited', 'Too much.', 1));

it('answers 429 late, once, and everything else at once', () => {
  const late = vi.fn();
  const atOnce = vi.fn();
  refuse(late);
  sendProblem(replyWith(atOnce), problem(400, 'bad_request', 'Not so.'));
  expect([late.mock.calls.length, atOnce.mock.calls.length]).toEqual([0, 1]);
  vi.runAllTimers();
  expect(late.mock.calls).toEqual([[{ error: { code: 'rate_limited', message: 'Too much.' } }]]);
});

it('lets only so many wait, and forgets those that were answered', () => {
  const send = vi.fn();
  for (let refused = 0; refused < waitingMax; refused += 1) refuse(send);
  expect(send).not.toHaveBeenCalled();
  refuse(send);
  expect(send).toHaveBeenCalledTimes(1);
  vi.runAllTimers();
  expect(send).toHaveBeenCalledTimes(waitingMax + 1);
  refuse(send);
  expect(send).toHaveBeenCalledTimes(waitingMax + 1);
  vi.runAllTimers();
});

/**
 * Answers on a connection that carries no whole HTTP request: garbage, headers beyond the limit, or
 * one that took too long to arrive. Guarantee: the connection is gone soon afterwards, whether or
 * not the client closes its side, so that nothing reserved for its request stays reserved.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type Problem, problem } from './problems.js';

/** Time to read the answer: a reset at once could overtake it. */
const lingerMs = 1_000;

export function refuseConnection(error: Error, socket: Socket): void {
  if (socket.destroyed) return;
  setTimeout(() => socket.destroy(), lingerMs).unref();
  if (!socket.writable) return;
  const { status, code, message } = problemOf('code' in error ? error.code : undefined);
  const body = JSON.stringify({ error: { code, message } });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json`;
  const length = `content-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nconnection: close\r\n${length}\r\n\r\n${body}`);
}

function problemOf(code: unknown): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const told = 'The request did not arrive whole in time: send smaller batches, or send faster.';
    return problem(408, 'request_timeout', told);
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    const told = 'The address and headers are too long: together they may have 16 KB.';
    return problem(431, 'headers_too_large', told);
  }
  return problem(400, 'bad_request', 'This is not a whole HTTP/1.1 request.');
}

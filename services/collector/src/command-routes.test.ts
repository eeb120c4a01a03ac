/** Commands to the whole pipeline: who may send them, what goes into the log, what is refused. */
import { defaultSettings, stateSettings } from '@rosi/attribution';
import { expect, test } from 'vitest';
import { appFor, MemoryLog, secretKey, startedAt, writeKey } from './testing/fixture.js';

const json = { 'content-type': 'application/json' };
const withKey = (key: string) => ({ authorization: `Bearer ${key}`, ...json });

async function send(
  log: MemoryLog,
  method: 'GET' | 'PUT' | 'POST',
  url: string,
  body?: unknown,
  key: string = secretKey,
) {
  const { app } = await appFor(log, {
    settings: async () => undefined,
    exportPersons: async (identifiers) => ({ persons: identifiers }),
  });
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const response = await app.inject({ method, url, headers: withKey(key), ...payload });
  return { status: response.statusCode, body: response.json() };
}

test('settings are shown, and changed by an event that states all of them', async () => {
  const log = new MemoryLog();
  const standard = stateSettings(defaultSettings);
  expect(await send(log, 'GET', '/v1/settings')).toEqual({ status: 200, body: standard });
  const changed = await send(log, 'PUT', '/v1/settings', { half_life_days: 3 });
  expect(changed).toEqual({ status: 202, body: { ...standard, half_life_days: 3 } });
  const [event] = log.events;
  expect(event).toMatchObject({ type: 'settings', occurredAt: startedAt, identifiers: [] });
  expect(JSON.parse(event?.catalogue?.entry ?? '')).toEqual(changed.body);
});

test('settings that are out of range or unknown are refused, all problems at once', async () => {
  const log = new MemoryLog();
  const wrong = await send(log, 'PUT', '/v1/settings', { half_life_days: -1, halflife: 2 });
  expect(wrong.status).toBe(400);
  expect(wrong.body.error.code).toBe('invalid_settings');
  expect(wrong.body.error.message).toMatch(/no field "halflife".*half_life_days must be/);
  expect((await send(log, 'PUT', '/v1/settings', [1])).status).toBe(400);
  expect(log.events).toEqual([]);
});

test('an erasure is two events in one append, under a secret of its own', async () => {
  const log = new MemoryLog();
  const body = { identifiers: { email: 'Ada@Example.org', order_id: '1001' } };
  const answer = await send(log, 'POST', '/v1/persons/erase', body);
  expect(answer).toEqual({
    status: 202,
    body: { erased_at: new Date(startedAt).toISOString() },
  });
  await send(log, 'POST', '/v1/persons/erase', body);
  expect(log.appends).toBe(2);
  const [first, ended, second] = log.events;
  expect(first?.identifiers.map(({ type }) => type)).toEqual(['order_id', 'email']);
  expect(JSON.stringify(log.events)).not.toContain('xample.org');
  expect(ended?.catalogue).toMatchObject({ kind: 'erasure', id: first?.catalogue?.id });
  expect(second?.catalogue?.id).not.toBe(first?.catalogue?.id);
});

test('persons are exported by their normalised identifiers', async () => {
  const body = { identifiers: { user_id: ' u-7 ' } };
  expect(await send(new MemoryLog(), 'POST', '/v1/persons/export', body)).toEqual({
    status: 200,
    body: { persons: [{ type: 'user_id', value: 'u-7' }] },
  });
});

test.each([
  [{}, /at least one of/],
  [{ identifiers: {} }, /at least one of/],
  [{ identifiers: { nickname: 'a' } }, /at least one of/],
  [{ identifiers: { email: 'a@b.c', phone: '12' } }, /phone is not usable: not_e164/],
  [{ identifiers: { user_id: 'guest' } }, /user_id is not usable: placeholder/],
])('identifiers that can not be used are refused: %j', async (body, told) => {
  const log = new MemoryLog();
  const answer = await send(log, 'POST', '/v1/persons/erase', body);
  expect(answer.status).toBe(400);
  expect(answer.body.error.code).toBe('invalid_identifiers');
  expect(answer.body.error.message).toMatch(told);
  expect(log.events).toEqual([]);
});

test.each(['/v1/recompute', '/v1/replay', '/v1/persons/erase', '/v1/persons/export'])(
  '%s takes the secret key alone',
  async (url) => {
    const log = new MemoryLog();
    const body = { identifiers: { user_id: 'u' } };
    expect((await send(log, 'POST', url, body, writeKey)).status).toBe(401);
    expect((await send(log, 'POST', url, body, 'another')).status).toBe(401);
    expect(log.events).toEqual([]);
  },
);

test('recompute and replay are events; a replay of one moment is one', async () => {
  const log = new MemoryLog();
  expect((await send(log, 'POST', '/v1/recompute')).status).toBe(202);
  expect((await send(log, 'POST', '/v1/replay')).body).toEqual({ generation: startedAt });
  await send(log, 'POST', '/v1/replay');
  const [recompute, replay, again] = log.events.map(({ eventId }) => eventId);
  expect(recompute).not.toBe(replay);
  expect(again).toBe(replay);
});

test('a log that takes nothing is told as such', async () => {
  const log = new MemoryLog();
  log.failure = new Error('full');
  const answer = await send(log, 'POST', '/v1/replay');
  expect(answer.status).toBe(503);
  expect(answer.body.error.code).toBe('log_unavailable');
});

/** Signatures: the providers' published examples, and everything that must not pass. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  replayWindowMs,
  type Signed,
  verifyHeaderHmac,
  verifyStandard,
  verifyStripe,
  verifyToken,
} from './signatures.js';

const now = Date.UTC(2026, 2, 1);
const seconds = (ms: number) => String(Math.floor(ms / 1_000));
const body = Buffer.from('{"id": 1, "text": "größer"}');
const hmac = (secret: string | Buffer, content: string | Buffer, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(content).digest(encoding);
const over = (before: string) => Buffer.concat([Buffer.from(before), body]);
const signed = (headers: Signed['headers'], more: Partial<Signed> = {}): Signed => ({
  headers,
  body,
  secrets: ['newer-secret', 'older-secret'],
  now,
  ...more,
});

describe('an HMAC in a header', () => {
  const scheme = { header: 'x-hmac', encoding: 'base64' } as const;
  const verify = (value: string, more: Partial<Signed> = {}) =>
    verifyHeaderHmac(signed({ 'x-hmac': value }, more), scheme);

  test('by either of two secrets, while one is being replaced', () => {
    expect(verify(hmac('newer-secret', body, 'base64'))).toBe('good');
    expect(verify(hmac('older-secret', body, 'base64'))).toBe('good');
    const secrets = ['newer-secret'];
    expect(verify(hmac('older-secret', body, 'base64'), { secrets })).toBe('wrong');
  });

  test.each([
    ['another secret', hmac('another', body, 'base64')],
    ['another body', hmac('newer-secret', '{}', 'base64')],
    ['hex where base64 is due', hmac('newer-secret', body, 'hex')],
    ['half of it', hmac('newer-secret', body, 'base64').slice(0, 20)],
    ['no base64', '*'],
  ])('%s is wrong', (_what, value) => {
    expect(verify(value)).toBe('wrong');
  });

  test('missing, empty, or without its prefix', () => {
    expect(verifyHeaderHmac(signed({}), scheme)).toBe('missing');
    expect(verify(' ')).toBe('missing');
    const prefixed = { header: 'x-hmac', encoding: 'hex', prefix: 'sha256=' } as const;
    const value = hmac('newer-secret', body, 'hex');
    expect(verifyHeaderHmac(signed({ 'x-hmac': value }), prefixed)).toBe('wrong');
    expect(verifyHeaderHmac(signed({ 'x-hmac': `sha256=${value}` }), prefixed)).toBe('good');
  });
});

describe('Stripe', () => {
  const header = (time: string, secret = 'newer-secret') =>
    `t=${time},v1=${hmac(secret, over(`${time}.`), 'hex')},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39`;
  const verify = (value: string) => verifyStripe(signed({ 'stripe-signature': value }));

  test('good within five minutes, both ways', () => {
    expect(verify(header(seconds(now)))).toBe('good');
    expect(verify(header(seconds(now - replayWindowMs)))).toBe('good');
    expect(verify(header(seconds(now), 'older-secret'))).toBe('good');
    const time = seconds(now);
    const two = `t=${time},v1=${'0'.repeat(64)},v1=${hmac('older-secret', over(`${time}.`), 'hex')}`;
    expect(verify(two)).toBe('good');
  });

  test('sent again later, or dated ahead: expired', () => {
    expect(verify(header(seconds(now - replayWindowMs - 1_000)))).toBe('expired');
    expect(verify(header(seconds(now + replayWindowMs + 1_000)))).toBe('expired');
  });

  test('a fresh time on an old signature is wrong; so is a version that is not v1', () => {
    const old = header(seconds(now - 2 * replayWindowMs));
    expect(verify(old.replace(/t=\d+/, `t=${seconds(now)}`))).toBe('wrong');
    expect(verify(header(seconds(now)).replace('v1=', 'v2='))).toBe('wrong');
    expect(verify('nonsense')).toBe('wrong');
    expect(verifyStripe(signed({}))).toBe('missing');
    const noTime = `t=,v1=${hmac('newer-secret', over('.'), 'hex')}`;
    expect(verify(noTime)).toBe('expired');
  });
});

describe('Standard Webhooks', () => {
  // The example of the specification's reference libraries.
  const example: Signed = {
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: Buffer.from('{"test": 2432232314}'),
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    now: 1_614_265_330_000,
  };
  const changed = (headers: Signed['headers']) => ({
    ...example,
    headers: { ...example.headers, ...headers },
  });

  test('the published example, also with another secret beside, or named by Svix', () => {
    expect(verifyStandard(example)).toBe('good');
    expect(verifyStandard({ ...example, secrets: ['whsec_AAAA', ...example.secrets] })).toBe(
      'good',
    );
    const signature = `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x ${example.headers['webhook-signature']}`;
    expect(verifyStandard(changed({ 'webhook-signature': signature }))).toBe('good');
    const headers = Object.fromEntries(
      Object.entries(example.headers).map(([name, value]) => [
        name.replace('webhook', 'svix'),
        value,
      ]),
    );
    expect(verifyStandard({ ...example, headers })).toBe('good');
  });

  test('another id, time, body or secret is wrong; an old one is expired', () => {
    expect(verifyStandard(changed({ 'webhook-id': 'msg_x' }))).toBe('wrong');
    expect(verifyStandard(changed({ 'webhook-timestamp': '1614265331' }))).toBe('wrong');
    expect(verifyStandard({ ...example, body: Buffer.from('{"test": 1}') })).toBe('wrong');
    expect(verifyStandard({ ...example, secrets: ['whsec_AAAA'] })).toBe('wrong');
    expect(verifyStandard({ ...example, now: example.now + replayWindowMs + 1 })).toBe('expired');
    expect(verifyStandard(changed({ 'webhook-signature': undefined }))).toBe('missing');
    expect(verifyStandard(changed({ 'webhook-id': undefined }))).toBe('missing');
  });
});

test('a token: good, wrong, missing', () => {
  const verify = (value: string) =>
    verifyToken(signed({ authorization: value }), 'authorization', 'Bearer ');
  expect(verify('Bearer older-secret')).toBe('good');
  expect(verify('Bearer older-secre')).toBe('wrong');
  expect(verify('older-secret')).toBe('wrong');
  expect(verify('')).toBe('missing');
});

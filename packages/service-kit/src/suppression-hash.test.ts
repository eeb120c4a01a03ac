import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { suppressionHash } from './suppression-hash.js';

const texts = ['', 'event\nw\ne-1', 'é€😀', '\ud800', 'x'.repeat(1365), '€'.repeat(5000)];

test.each(['k', 'key of a workspace', 'ü'.repeat(32), 'ü'.repeat(33), 'k'.repeat(200)])(
  'is the HMAC of each text under the key %s',
  (key) => {
    const digest = suppressionHash(key);
    for (const text of [...texts, ...texts.toReversed()]) {
      const hmac = createHmac('sha256', key).update(text).digest('base64url');
      expect(digest(text)).toBe(hmac.slice(0, 22));
    }
  },
);

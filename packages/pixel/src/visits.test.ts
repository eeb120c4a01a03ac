import { adClickParameters } from '@rosi/events';
import { describe, expect, test } from 'vitest';
import { campaignParameters } from './visits.js';

const found = (query: string) => query.match(campaignParameters) ?? [];

describe('what begins a visit', () => {
  test.each(adClickParameters)('%s, as the collector reads it', (name) => {
    expect(found(`?a=1&${name}=v-1&b=2`)).toEqual([`${name}=v-1`]);
  });
  test('utm parameters', () => {
    expect(found('?utm_source=a&x=1&utm_id=7')).toEqual(['utm_source=a', 'utm_id=7']);
  });
  test.each(['', '?', '?page=2', '?clid=1', '?gclid=', '?cid=7', '?user_id=9'])(
    'not %s',
    (query) => {
      expect(found(query)).toEqual([]);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { AddressLimits } from './address-limits.js';
import { networkOf } from './network.js';

describe('a network', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0db8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['not an address', 'not an address'],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('limits by address', () => {
  it('remember so many addresses, and forget the one unseen for longest', () => {
    const rate = { eventsPerSecond: 1, burst: 1 };
    const limits = new AddressLimits({ rate, addressesMax: 3, now: () => 0 });
    for (const address of ['a', 'b', 'c']) expect(limits.admits(address)).toBe(true);
    expect(limits.admits('a')).toBe(false);
    expect(limits.admits('d')).toBe(true);
    expect(limits.addresses).toBe(3);
    // b went, a had been seen since.
    expect([limits.admits('a'), limits.admits('b')]).toEqual([false, true]);
  });
});

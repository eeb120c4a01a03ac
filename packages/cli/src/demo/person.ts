/** The people of the shop: their devices, accounts and habits, each from the seed and a number. */
import { Chance } from './chance.js';

export interface Person {
  readonly userId: string;
  readonly customerId: string;
  readonly email: string;
  /** Browsers; the last one is where they buy. */
  readonly devices: readonly string[];
  /** Logs in everywhere, so that all devices are known to be theirs. */
  readonly logsIn: boolean;
  readonly refusesTracking: boolean;
}

const newPersonProbability = 0.68;
/** One in so many persons shares a tablet with the next one of the kind. */
const householdEvery = 12;

/**
 * Who makes an order: somebody new, or whoever made an earlier one; so a few buy often and most
 * once (preferential attachment gives Zipf's law).
 */
export function personNumber(seed: number, order: number): number {
  let number = order;
  for (;;) {
    const chance = new Chance(seed, `who ${number}`);
    if (number === 0 || chance.happens(newPersonProbability)) return number;
    number = chance.integer(0, number - 1);
  }
}

/** `prefix` keeps the people of one stream apart from those of others. */
export function createPerson(seed: number, prefix: string, number: number): Person {
  const chance = new Chance(seed, `person ${number}`);
  const name = `${prefix}${number}`;
  const devices = Array.from({ length: chance.integer(1, 3) }, (_, index) => `${name}-${index}`);
  const house = Math.floor(number / (2 * householdEvery));
  const shares = number % householdEvery === 0;
  return {
    userId: `user-${name}`,
    customerId: `shop:${name}`,
    email: `${name}@customers.example`,
    devices: shares ? [`${prefix}tablet-${house}`, ...devices] : devices,
    logsIn: chance.happens(0.7),
    refusesTracking: chance.happens(0.04),
  };
}

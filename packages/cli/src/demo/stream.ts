/** Stories in the order in which their events come: late ones among those of later stories. */
import type { DemoEvent } from './catalogue.js';
import { Chance } from './chance.js';
import { dayMs, yearDays } from './shop.js';
import { type StorySetting, tellStory } from './story.js';

/** The events that arrive while each story is told; what is late comes at the end at last. */
export function* arrivals(
  setting: StorySetting,
  stories: number,
  timeOf: (story: number) => number,
): Generator<readonly DemoEvent[]> {
  const later = new Map<number, DemoEvent[]>();
  for (let story = 0; story < stories; story += 1) {
    const events: DemoEvent[] = [];
    for (const { event, delay } of tellStory(setting, story, timeOf(story))) {
      if (delay === 0) events.push(event);
      else later.set(story + delay, [...(later.get(story + delay) ?? []), event]);
    }
    yield [...events, ...(later.get(story) ?? [])];
    later.delete(story);
  }
  yield [...later.values()].flat();
}

/** When the orders of a year happened: more of them every month, most in the evening. */
export function yearTimes(seed: number, stories: number, until: number): (story: number) => number {
  const begin = until - yearDays * dayMs;
  return (story) => {
    const chance = new Chance(seed, `time ${story}`);
    // Below 1 the exponent puts fewer orders early in the year: the shop grows.
    const part = ((story + 0.5) / stories) ** 0.75;
    const day = Math.floor(part * yearDays);
    const hour = 19 + chance.between(-10, 4.9);
    return Math.min(until - 1_000, Math.floor(begin + day * dayMs + hour * 3_600_000));
  };
}

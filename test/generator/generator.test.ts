/**
 * The generator's promises, and the oracle's laws over its sets.
 */
import { describe, expect, it } from 'vitest';
import { compareTables, evaluate, formatDifferences, models, type Row } from '../oracle/index.js';
import {
  cutBatches,
  cutRequests,
  generate,
  injectDuplicates,
  invalidEvents,
  type SituationName,
  shrink,
  shuffle,
  situationNames,
  weightsOfCommands,
} from './index.js';
import { World } from './world.js';

const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

describe('generate', () => {
  it('makes the same set of the same seed, and others of others', () => {
    expect(generate({ seed: 7 })).toEqual(generate({ seed: 7 }));
    expect(generate({ seed: 7 }).events).not.toEqual(generate({ seed: 8 }).events);
  });

  it('keeps to the size that was asked for, but for the last situation', () => {
    for (const seed of seeds) {
      const { events } = generate({ seed, eventsMin: 20, eventsMax: 60 });
      expect(events.length).toBeGreaterThanOrEqual(20);
      expect(events.length).toBeLessThan(120);
    }
  });

  it('lets every situation come up within a few hundred seeds', () => {
    const rare = new Set<string>([
      'over_a_thousand_touches_tried',
      ...Object.keys(weightsOfCommands),
    ]);
    const seen = new Set<string>();
    for (let seed = 1; seed <= 300; seed++) {
      for (const name of Object.keys(generate({ seed }).situations)) seen.add(name);
    }
    expect(situationNames.filter((name) => !seen.has(name) && !rare.has(name))).toEqual([]);
  });

  it('gives identical copies to one event_id', () => {
    for (const seed of seeds) {
      const texts = new Map<unknown, string>();
      for (const event of generate({ seed }).events) {
        const id = event.body['event_id'];
        // The two ids of the invalid table are no ids at all.
        if (id === '' || String(id).length > 128) continue;
        const text = JSON.stringify(event);
        expect(texts.get(id) ?? text).toBe(text);
        texts.set(id, text);
      }
    }
  });

  it('can be bent towards one situation', () => {
    const weights: Partial<Record<SituationName, number>> = {
      purchase_of_server: 1,
      over_a_thousand_touches_tried: 1,
    };
    const { situations } = generate({ seed: 3, weights, onlyWeighted: true, eventsMax: 40 });
    expect(Object.keys(situations).every((name) => /^(purchase|over|currency)/.test(name))).toBe(
      true,
    );
  });

  it('cuts at a thousand touchpoints when asked to', () => {
    const weights = { purchase_of_server: 10, over_a_thousand_touches_tried: 1 };
    const set = generate({
      seed: 5,
      weights,
      onlyWeighted: true,
      eventsMin: 1_050,
      eventsMax: 1_051,
    });
    const { credits_current: credits } = evaluate(set).tables;
    const sizes = new Map<unknown, number>();
    for (const row of credits.filter((one) => one['model'] === 'linear')) {
      sizes.set(row['order_id'], (sizes.get(row['order_id']) ?? 0) + 1);
    }
    expect(Math.max(...sizes.values())).toBe(1_000);
  });
});

describe('invalid events', () => {
  it.each(invalidEvents.map((one, i) => [i, ...one] as const))(
    '%i %s',
    (_, type, body, request) => {
      const world = new World(1);
      const event = world.emit(type, world.instant(), body, request ?? {});
      const { decisions } = evaluate({ events: [event], settings: world.settings });
      expect(decisions.map(({ accepted }) => accepted)).toEqual([false]);
    },
  );
});

/** Σ credit of an order and model. */
function sums(credits: readonly Row[]): Map<string, bigint> {
  const result = new Map<string, bigint>();
  for (const row of credits) {
    const key = JSON.stringify([row['order_id'], row['model']]);
    result.set(key, (result.get(key) ?? 0n) + BigInt(row['credit'] ?? 0));
  }
  return result;
}

describe('laws of the oracle over generated sets', () => {
  it('conserves every net in every model', () => {
    for (const seed of seeds) {
      const { tables } = evaluate(generate({ seed }));
      const credit = sums(tables.credits_current);
      const expected = tables.orders_current
        .filter((order) => order['net'] !== 0n)
        .flatMap((order) =>
          models.map(
            (model) => [JSON.stringify([order['order_id'], model]), order['net']] as const,
          ),
        );
      expect([...credit].sort(), `seed ${seed}`).toEqual(expected.sort());
    }
  });

  it('does not depend on order and repetition', () => {
    for (const seed of seeds) {
      const set = generate({ seed });
      const events = injectDuplicates(shuffle(set.events, seed), seed);
      const differences = compareTables(evaluate({ ...set, events }).tables, evaluate(set).tables);
      expect(formatDifferences(differences), `seed ${seed}`).toBe('');
    }
  });
});

describe('rearrangements', () => {
  const events = Array.from({ length: 200 }, (_, i) => i);

  it('shuffles without loss', () => {
    const shuffled = shuffle(events, 1);
    expect(shuffled).not.toEqual(events);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(events);
    expect(shuffle(events, 1)).toEqual(shuffled);
  });

  it('repeats without loss', () => {
    const repeated = injectDuplicates(events, 1, 0.5);
    expect(repeated.length).toBeGreaterThan(250);
    expect([...new Set(repeated)]).toEqual(events);
  });

  it('cuts into requests of one key, agent and privacy signal', () => {
    const set = generate({ seed: 9, startDay: '2026-03-14' });
    const requests = cutRequests(set.events, 1, 5);
    expect(requests.flat()).toEqual(set.events);
    for (const request of requests) {
      const kinds = request.map((one) => `${one.keyKind} ${one.userAgent} ${one.secGpc === true}`);
      expect(new Set(kinds).size).toBe(1);
      expect(request.length).toBeLessThanOrEqual(5);
    }
  });

  it('cuts without loss', () => {
    const batches = cutBatches(events, 1, 7);
    expect(batches.flat()).toEqual(events);
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(7);
    expect(batches.every((batch) => batch.length > 0)).toBe(true);
  });
});

describe('shrink', () => {
  it('finds the few that matter', async () => {
    const events = Array.from({ length: 300 }, (_, i) => i);
    const fails = (list: readonly number[]) => [17, 120, 299].every((one) => list.includes(one));
    expect(await shrink(events, fails)).toEqual([17, 120, 299]);
  });

  it('takes an asynchronous question and stops at its limit', async () => {
    let runs = 0;
    const fails = async (list: readonly number[]) => {
      runs += 1;
      return list.includes(3);
    };
    expect(await shrink([1, 2, 3, 4, 5], fails)).toEqual([3]);
    runs = 0;
    await shrink(
      Array.from({ length: 500 }, () => 3),
      fails,
      { runsMax: 4 },
    );
    expect(runs).toBeLessThanOrEqual(4);
  });

  it('refuses a list that does not fail', async () => {
    await expect(shrink([1], () => false)).rejects.toThrow('does not fail');
  });
});

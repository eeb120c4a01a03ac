/**
 * How a generated set arrives over HTTP: in an order of the seed's, with repeats, in requests that
 * each have one key, agent and privacy signal, in every form of body that the API takes, several
 * under way at once. Guarantee: one seed, one arrival.
 */
import {
  cutRequests,
  type GeneratedEvent,
  type GeneratedSet,
  type GeneratorOptions,
  generate,
  injectDuplicates,
  Random,
  shuffle,
  weightsOverHttp,
} from '../generator/index.js';

/** Years back, so that no clock calls them the future; the clocks change in three of them. */
const startDays = ['2024-02-25', '2024-03-14', '2024-10-10', '2024-06-01'];

/** Enough that every set can be cut in parts. */
const eventsMin = 80;
/** What is too heavy for every set, by the last digit of the seed. */
const heavyOnes: ReadonlyMap<number, GeneratorOptions['weights']> = new Map([
  [0, { fifty_strong: 1, over_fifty_strong: 1 }],
  [7, { over_a_thousand_touches_tried: 1 }],
]);

const bodyForms = ['array', 'ndjson', 'objects'] as const;
export type BodyForm = (typeof bodyForms)[number];

/** One event of the arrival; its place is its index in all of it. */
export interface Sent {
  readonly index: number;
  readonly event: GeneratedEvent;
}
/** What one request carries. */
export interface Posting {
  readonly form: BodyForm;
  readonly sent: readonly Sent[];
}
/** Postings that are under way at the same time. */
export type Wave = readonly Posting[];

export interface Arrival {
  readonly settings: GeneratedSet['settings'];
  readonly events: readonly GeneratedEvent[];
  readonly waves: readonly Wave[];
}

export function arrivalOf(seed: number): Arrival {
  const weights = { ...weightsOverHttp, ...heavyOnes.get(seed % 10) };
  return arrivalOfSet({ seed, eventsMin, weights });
}

/** One set of so many events (about), for tests that need a long arrival. */
export function longArrivalOf(seed: number, events: number): Arrival {
  return arrivalOfSet({ seed, eventsMin: events, eventsMax: events, weights: weightsOverHttp });
}

function arrivalOfSet(options: GeneratorOptions): Arrival {
  const { seed } = options;
  const startDay = new Random(seed).pick(startDays);
  const { events, settings } = generate({ ...options, startDay });
  const arrived = shuffle(injectDuplicates(events, seed), seed);
  return arrivalOfEvents(arrived, settings, seed);
}

/** The arrival of any list of events, which keep their order but for what makes requests larger. */
function arrivalOfEvents(
  arrived: readonly GeneratedEvent[],
  settings: GeneratedSet['settings'],
  seed: number,
): Arrival {
  const random = new Random(seed);
  // A stretch is sorted by who asks: tiny requests in some sets, large ones in others.
  const stretch = random.pick([1, 10, 40, 200]);
  const events = sortedStretches(arrived, stretch);
  let index = 0;
  const postings = cutRequests(events, seed).flatMap((request): Posting[] => {
    const sent = request.map((event) => ({ index: index++, event }));
    const form = random.pick(bodyForms);
    return form === 'objects' ? sent.map((one) => ({ form, sent: [one] })) : [{ form, sent }];
  });
  return { settings, events, waves: wavesOf(postings, random) };
}

const askerOf = ({ keyKind, userAgent, secGpc }: GeneratedEvent) =>
  JSON.stringify([keyKind, userAgent, secGpc === true]);

function sortedStretches(events: readonly GeneratedEvent[], size: number): GeneratedEvent[] {
  const sorted: GeneratedEvent[] = [];
  for (let from = 0; from < events.length; from += size) {
    const stretch = events.slice(from, from + size);
    const askers = [...new Set(stretch.map(askerOf))];
    sorted.push(...askers.flatMap((asker) => stretch.filter((one) => askerOf(one) === asker)));
  }
  return sorted;
}

const requestsAtOnceMax = 8;
function wavesOf(postings: readonly Posting[], random: Random): Wave[] {
  const waves: Wave[] = [];
  for (let from = 0; from < postings.length; ) {
    const count = random.integer(1, requestsAtOnceMax);
    waves.push(postings.slice(from, from + count));
    from += count;
  }
  return waves;
}

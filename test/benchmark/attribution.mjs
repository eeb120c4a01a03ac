/**
 * One order with 100 touchpoints under six models, all of which may be credited, against a bare loop
 * that looks at the same 600 shares as floats and makes the same rows: what is left of the ratio is
 * exactness (largest remainders, weights of any age) and the checks of the input.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { creditOrder, defaultSettings, models, SHARE_WHOLE } from '@rosi/attribution';
import { writeProfile } from './own-profile.mjs';
import { threadMicros } from './processes.mjs';
import { profileText, readProfiles } from './profile.mjs';
import { randomNumbers } from './random.mjs';
import { median, spread } from './sampling.mjs';

const touchpoints = 100;
const ordersPerRound = 4_000;
const rounds = 15;
const targetMicros = 50;
const dayMs = 86_400_000;
const orderedAt = Date.parse('2025-03-01T00:00:00Z');

export const attribution = {
  name: 'attribution',
  title: `one order, ${touchpoints} touchpoints, six models`,
  async run({ profile }) {
    const orders = makeOrders();
    orders.forEach(check);
    const exact = [];
    const floats = [];
    const ratios = [];
    measure(orders, exactOrder); // Warm.
    measure(orders, floatOrder);
    for (let round = 0; round < rounds; round++) {
      const exactMicros = measure(orders, exactOrder);
      const floatMicros = measure(orders, floatOrder);
      exact.push(exactMicros);
      floats.push(floatMicros);
      ratios.push(exactMicros / floatMicros);
    }
    return result({ exact, floats, ratios, profile: profile ? await profiled(orders) : null });
  },
};

function result({ exact, floats, ratios, profile }) {
  const micros = median(exact);
  const met = micros <= targetMicros;
  return {
    figures: {
      microsPerOrder: micros,
      ceilingMicrosPerOrder: median(floats),
      ratio: median(ratios),
      target: targetMicros,
      targetMet: met,
    },
    lines: [
      `creditOrder: ${spread(exact, 1)} µs of CPU an order`,
      `target ${targetMicros} µs: ${met ? 'met' : 'MISSED'}`,
      `ceiling (the same rows by floats): ${spread(floats, 1)} µs; ` +
        `ratio ${median(ratios).toFixed(1)} times its time`,
    ],
    profile,
  };
}

/** Orders that differ, so that nothing can be learnt from one. */
function makeOrders() {
  const random = randomNumbers(11);
  return Array.from({ length: 64 }, () => {
    const times = Array.from(
      { length: touchpoints },
      () => orderedAt - Math.floor(random() * 29 * dayMs),
    ).sort((a, b) => a - b);
    const touches = times.map((touchedAt, at) =>
      touchOf(`t-${String(at).padStart(4, '0')}`, touchedAt),
    );
    const net = 1_000 + Math.floor(random() * 50_000);
    return { touches, orderedAt, net, settings: defaultSettings };
  });
}

function touchOf(touchpointId, touchedAt) {
  return {
    touchpointId,
    type: 'click',
    touchedAt,
    platform: 'mastodon',
    medium: 'social',
    mediaType: 'owned',
    postId: 'p-1',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utmCampaign: '',
    couponCode: '',
  };
}

/** Every model's credits sum to the net, its shares to the whole, and each is within a unit. */
function check(order) {
  const { credits } = creditOrder(order);
  for (const model of models) {
    const own = credits.filter((credit) => credit.model === model);
    const sum = (name) => own.reduce((total, credit) => total + credit[name], 0);
    if (sum('credit') !== order.net || sum('share') !== SHARE_WHOLE) {
      throw new Error(`${model} does not sum to the net`);
    }
  }
  const floats = floatOrder(order);
  if (floats.length !== credits.length) throw new Error('the ceiling makes other rows');
  const exact = new Map(credits.map((credit) => [`${credit.model} ${credit.touch}`, credit]));
  for (const { model, touch, credit, share } of floats) {
    const found = exact.get(`${model} ${touch}`);
    const near = found && Math.abs(found.share / SHARE_WHOLE - share) < 1e-9;
    if (!near || Math.abs(found.credit - credit) >= 1) throw new Error(`${model} is off`);
  }
}

const exactOrder = (order) => creditOrder(order).credits;

/** The same models by floats: money that does not add up. */
function floatOrder({ touches, net, orderedAt: at, settings }) {
  const rows = [];
  const count = touches.length;
  const weights = new Float64Array(count);
  let sum = 0;
  for (let touch = 0; touch < count; touch++) {
    weights[touch] = 2 ** ((touches[touch].touchedAt - at) / settings.halfLifeMs);
    sum += weights[touch];
  }
  for (let touch = 0; touch < count; touch++) {
    const outer = touch === 0 || touch === count - 1;
    push(rows, 'first_touch', touch, touch === 0 ? 1 : 0, net);
    push(rows, 'last_touch', touch, touch === count - 1 ? 1 : 0, net);
    push(rows, 'last_non_direct', touch, touch === count - 1 ? 1 : 0, net);
    push(rows, 'linear', touch, 1 / count, net);
    push(rows, 'position_based', touch, outer ? 0.4 : 0.2 / (count - 2), net);
    push(rows, 'time_decay', touch, weights[touch] / sum, net);
  }
  return rows;
}

function push(rows, model, touch, share, net) {
  if (share > 0) rows.push({ model, touch, credit: net * share, share });
}

let sink = 0;

/** @returns µs of this thread's CPU an order */
function measure(orders, credit) {
  const startedAt = threadMicros();
  for (let at = 0; at < ordersPerRound; at++) sink += credit(orders[at % orders.length]).length;
  const micros = threadMicros() - startedAt;
  if (sink === 0) throw new Error('nothing was credited');
  return micros / ordersPerRound;
}

async function profiled(orders) {
  const dir = await mkdtemp(join(tmpdir(), 'rosi-benchmark-'));
  try {
    await writeProfile(join(dir, 'own.cpuprofile'), new Session(), () => {
      for (let round = 0; round < 5; round++) measure(orders, exactOrder);
    });
    return profileText(readProfiles(dir));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * `rosi demo`: a made-up shop sent to the running product over HTTP, a year at once or order by
 * order. The same seed gives the same events with the same ids, so a second run changes nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { RosiError } from '@rosi/service-kit';
import { sendBatch } from '../import/sender.js';
import { untilSettled } from '../operating/settled.js';
import type { ApiOptions } from '../reading/api.js';
import { openProgressBar } from '../terminal/progress-bar.js';
import type { Terminal } from '../terminal/terminal.js';
import { catalogueEvents, type DemoEvent } from './catalogue.js';
import { createShop } from './shop.js';
import type { StorySetting } from './story.js';
import { arrivals, yearTimes } from './stream.js';
import { readTruth, truthQuery, truthText } from './truth.js';

export interface DemoCommand {
  readonly api: ApiOptions;
  /** Null: it can't be known from here, so the truth is not compared. */
  readonly clickhouseUrl: string | null;
  readonly seed: number;
  /** Null (live only): without end. */
  readonly orders: number | null;
  /** Null: a year at once. */
  readonly ordersPerMinute: number | null;
  /** The end of the shop's last day. */
  readonly until: number;
  readonly terminal: Terminal;
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
}

const eventsPerRequest = 1_000;

export async function runDemo(command: DemoCommand): Promise<0 | 1> {
  return command.ordersPerMinute === null
    ? sendYear(command, command.orders ?? 0)
    : stream(command, command.ordersPerMinute);
}

async function sendYear(command: DemoCommand, orders: number): Promise<0 | 1> {
  const { api, seed, until, terminal } = command;
  const shop = createShop(seed);
  const setting: StorySetting = { shop, prefix: `s${seed}n`, orderPrefix: `D${seed}-`, until };
  const bar = openProgressBar(terminal, orders);
  let waiting = catalogueEvents(shop, until);
  let sent = 0;
  let stories = 0;
  try {
    for (const events of arrivals(setting, orders, yearTimes(seed, orders, until))) {
      if (command.signal.aborted) return stopped(terminal, sent);
      waiting.push(...events);
      stories += 1;
      for (; waiting.length >= eventsPerRequest; waiting = waiting.slice(eventsPerRequest)) {
        sent += await send(api, waiting.slice(0, eventsPerRequest));
        bar.update(stories, sent);
      }
    }
    sent += await send(api, waiting);
  } finally {
    bar.stop();
  }
  terminal.err(`rosi: ${sent} events sent, ${orders} orders of a year among them\n`);
  await untilSettled(api, terminal);
  await tellTruth(command);
  terminal.out(nextSteps(api.url, `D${seed}-${Math.max(0, orders - 5)}`));
  return 0;
}

function stopped(terminal: Terminal, sent: number): 1 {
  terminal.err(`rosi: stopped after ${sent} events; the same command sends the rest\n`);
  return 1;
}

/** Rejections would be a fault of the demo: it makes no bad events. */
async function send(api: ApiOptions, events: readonly DemoEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const batch = events.map((event, line) => ({ line, event, json: JSON.stringify(event) }));
  const tally = await sendBatch(batch, api);
  if (tally.rejected === 0) return events.length;
  throw new RosiError(
    'ROSI_START_FAILED',
    `events of the demo were rejected: ${JSON.stringify(tally)}`,
  );
}

async function tellTruth({ clickhouseUrl, terminal }: DemoCommand): Promise<void> {
  if (clickhouseUrl === null) {
    terminal.out('ClickHouse is not known from here: run the query below for the planted truth.\n');
    return;
  }
  const rows = await readTruth(clickhouseUrl);
  if (rows === null) return;
  terminal.out(
    'What really caused the revenue (planted; EUR), and what each model says:\n\n' +
      `${truthText(rows)}\n`,
  );
}

/** Order by order until a signal, or until as many as were asked for. */
async function stream(command: DemoCommand, ordersPerMinute: number): Promise<0 | 1> {
  const { api, seed, terminal, signal } = command;
  const shop = createShop(seed);
  const run = Date.now().toString(36);
  // Journeys lead up to now, through posts that are seen today.
  const setting = { shop, prefix: `l${run}n`, orderPrefix: `L${run}-`, until: command.until };
  await send(api, catalogueEvents(shop, command.until));
  terminal.err(`rosi: one order every ${(60 / ordersPerMinute).toFixed(1)} s. Ctrl-C ends it.\n`);
  terminal.out(nextSteps(api.url, `L${run}-0`));
  const orders = command.orders ?? Number.MAX_SAFE_INTEGER;
  let told = 0;
  for (const events of arrivals(setting, orders, () => Date.now())) {
    if (signal.aborted) break;
    const now = Date.now();
    await send(
      api,
      events.map((event) => notAfter(event, now)),
    );
    told += 1;
    if (terminal.interactive) terminal.err(`\r\x1b[K${told} orders`);
    if (told > orders) break;
    await delay(60_000 / ordersPerMinute, undefined, { signal }).catch(() => undefined);
  }
  terminal.err(`\nrosi: ${Math.min(told, orders)} orders sent\n`);
  return 0;
}

/** A refund of the days to come happens now: the stream does not wait for it. */
function notAfter(event: DemoEvent, now: number): DemoEvent {
  const at = Date.parse(String(event['occurred_at']));
  return at <= now ? event : { ...event, occurred_at: new Date(now).toISOString() };
}

function nextSteps(url: string, orderId: string): string {
  return `Open   ${url}/          revenue by post and influencer, live, with receipts
       ${url}/docs/     the API

Try    npx rosi explain order ${orderId}
       npx rosi query "SELECT post_id, model, sum(credit) / 100 AS eur FROM revenue_by_post_daily \\
         WHERE model IN ('first_touch', 'linear') AND currency = 'EUR' GROUP BY ALL ORDER BY eur DESC LIMIT 20"
       npx rosi query "${truthQuery.replaceAll('rosi.', '').replaceAll('\n', ' \\\n         ')}"
       npx rosi check
`;
}

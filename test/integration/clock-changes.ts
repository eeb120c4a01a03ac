/**
 * Orders at the hours at which a time zone's clocks change, and at the midnights around them: the
 * instants at which `day` is easily wrong by one. Instants are found by asking the runtime's own
 * table of time zones, so any zone can be had.
 */
import type { OracleEvent } from '../oracle/index.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Zones whose changes differ: by an hour or half of one, at night or at midnight, odd offsets. */
export const timezones = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'America/Havana',
  'Asia/Beirut',
  'America/St_Johns',
  'UTC',
] as const;

const from = Date.UTC(2026, 0, 1);
const to = Date.UTC(2026, 11, 31);

/** The offset from UTC in minutes. */
function offsetOf(instant: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName');
  const [, sign, hours = '0', minutes = '0'] =
    /GMT([+-])?(\d\d)?:?(\d\d)?/.exec(parts?.value ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The first instants of another offset in 2026, to the minute; none for a zone without changes. */
export function clockChanges(timezone: string): number[] {
  const changes: number[] = [];
  for (let day = from; day < to; day += dayMs) {
    const before = offsetOf(day, timezone);
    if (offsetOf(day + dayMs, timezone) === before) continue;
    let [low, high] = [day, day + dayMs];
    while (high - low > minuteMs) {
      const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
      if (offsetOf(middle, timezone) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

/** Around each change: the instant itself, the hour before and after, and both midnights. */
function instantsAround(change: number, timezone: string): number[] {
  const midnights = [change - minuteMs, change].flatMap((instant) => {
    const local = instant + offsetOf(instant, timezone) * minuteMs;
    const midnight = instant - (((local % dayMs) + dayMs) % dayMs);
    return [midnight, midnight + dayMs];
  });
  return [change - hourMs, change - hourMs / 2, change, change + hourMs / 2, change + hourMs]
    .concat(midnights)
    .flatMap((instant) => [instant - 1, instant]);
}

const amounts = [
  { currency: 'JPY', total: '1001', refund: '1' },
  { currency: 'EUR', total: '100.01', refund: '0.01' },
  { currency: 'KWD', total: '10.001', refund: '0.001' },
] as const;

/** Orders of one person who had clicked twice, each partly refunded. */
export function clockChangeEvents(timezone: string): OracleEvent[] {
  const instants = [
    ...new Set(clockChanges(timezone).flatMap((at) => instantsAround(at, timezone))),
  ];
  return instants.flatMap((at, index) => {
    const { currency, total, refund } = amounts[index % amounts.length] ?? amounts[0];
    const order = { order_id: `clock-${index}`, total, currency };
    const identifiers = { user_id: `clock-${index % 7}` };
    const touch = (event_id: string, age: number, post_id: string) =>
      event({ event_id, type: 'click', identifiers, post_id, platform: 'tiktok' }, at - age);
    return [
      touch(`clock-a${index}`, 2 * hourMs, 'p-1'),
      touch(`clock-b${index}`, 0, 'p-2'),
      event({ event_id: `clock-o${index}`, type: 'purchase', identifiers, order }, at),
      event(
        {
          event_id: `clock-r${index}`,
          type: 'refund',
          refund: { refund_id: 'r', order_id: order.order_id, total: refund, currency },
        },
        at + dayMs,
      ),
    ];
  });
}

function event(body: Readonly<Record<string, unknown>>, at: number): OracleEvent {
  return {
    body: { ...body, occurred_at: new Date(at).toISOString() },
    keyKind: 'secret',
    receivedAt: at + minuteMs,
  };
}

/** One row damaged, table by table; which row `rosi check` must then name. */

export interface Corruption {
  readonly table: string;
  readonly what: string;
  readonly damage: readonly string[];
  /** Of the key of the row. */
  readonly named: Readonly<Record<string, unknown>>;
}

const update = (table: string, set: string, where: string) =>
  `ALTER TABLE rosi.${table} UPDATE ${set} WHERE ${where} SETTINGS mutations_sync = 2`;
const remove = (table: string, where: string) =>
  `ALTER TABLE rosi.${table} DELETE WHERE ${where} SETTINGS mutations_sync = 2`;
/** Under a token of its own: the server would know an equal block again. */
const double = (table: string, where: string) =>
  `INSERT INTO rosi.${table} SETTINGS insert_deduplicate = 0,
    insert_deduplication_token = 'double-${table}-${Math.random()}'
  SELECT * FROM rosi.${table} WHERE ${where} LIMIT 1`;

interface Damaged {
  readonly table: string;
  readonly where: string;
  readonly named: Readonly<Record<string, unknown>>;
  readonly changes: Readonly<Record<string, string>>;
}

const damaged: readonly Damaged[] = [
  {
    table: 'order_records',
    where: "order_id = 'check-o'",
    named: { order_id: 'check-o' },
    changes: {
      net: 'net = net + 1',
      gross: 'gross = gross + 1',
      'a credit': '`touch.credit` = arrayMap(each -> arrayMap(c -> c + 1, each), `touch.credit`)',
      'a share':
        '`touch.credit_share` = arrayMap(each -> arrayMap(c -> c - 1, each), `touch.credit_share`)',
      person: "person_id = 'p_other'",
      currency: "currency = 'USD'",
    },
  },
  {
    table: 'credit_deltas',
    where: "order_id = 'check-o' AND model = 'linear'",
    named: { order_id: 'check-o' },
    changes: {
      credit: 'credit = credit - 1',
      share: 'share_parts = share_parts + 1',
      person: "person_id = 'p_other'",
      currency: "currency = 'USD'",
      post: "post_id = 'other'",
    },
  },
  {
    table: 'order_times',
    where: "order_id = 'check-o'",
    named: { order_id: 'check-o' },
    changes: {
      net: 'net = net + 1',
      person: "person_id = 'p_other'",
      currency: "currency = 'USD'",
      'first order': 'new_customer = NOT new_customer',
      place: 'gone = 1',
    },
  },
  {
    table: 'touchpoints',
    where: "touchpoint_id = 'check-2'",
    named: { touchpoint_id: 'check-2' },
    changes: {
      platform: "platform = 'other'",
      identifier: "identifier = 'other'",
      time: 'occurred_at = occurred_at + 1',
      place: 'log_offset = log_offset + 1000000',
    },
  },
  {
    table: 'identities',
    where: "identifier_type = 'user_id' AND identifier = 'check-u'",
    named: { identifier_type: 'user_id', identifier: 'check-u' },
    changes: { person: "person_id = 'p_other'", shared: 'shared = NOT shared' },
  },
  {
    table: 'events',
    where: "event_id = 'check-2'",
    named: { event_id: 'check-2' },
    changes: { type: "type = 'view'", identifier: "identifier = 'other'", bot: 'bot = true' },
  },
  {
    table: 'catalogue_entries',
    where: "kind = 'post' AND id = 'check-p'",
    named: { kind: 'post', id: 'check-p' },
    changes: { entry: "entry = '{}'", event: "event_id = 'other'", 'no JSON': "entry = '{'" },
  },
];

/** The day of the order, whatever the time zone: no other row is of the post or of its platform. */
const sums = (['post', 'influencer', 'campaign', 'channel'] as const).map((key): Damaged => {
  const table = `credit_by_${key}_daily_sums`;
  const one = "model = 'linear' AND currency = 'EUR'";
  // The set's own sums may be of the same key: the largest row of all serves as well as any.
  const where = `${one} AND credit = (SELECT max(credit) FROM rosi.${table} WHERE ${one})`;
  return {
    table,
    where,
    named: { model: 'linear', currency: 'EUR' },
    changes: { credit: 'credit = credit + 1', share: 'share_parts = share_parts - 1' },
  };
});

const logUuid = "name = 'log_uuid'";

export const corruptions: readonly Corruption[] = [
  ...[...damaged, ...sums].flatMap(({ table, where, named, changes }): Corruption[] => [
    ...Object.entries(changes).map(([what, set]) => ({
      table,
      what: `changed ${what}`,
      damage: [update(table, set, where)],
      named,
    })),
    { table, what: 'deleted', damage: [remove(table, where)], named },
    // Of an order and time the highest revision counts, however often it stands there.
    ...(table === 'order_times'
      ? []
      : [{ table, what: 'doubled', damage: [double(table, where)], named }]),
  ]),
  {
    table: 'rosi_meta',
    what: 'changed uuid of the log',
    damage: [update('rosi_meta', "value = 'other'", logUuid)],
    named: { name: 'log_uuid' },
  },
  {
    table: 'rosi_meta',
    what: 'deleted',
    damage: [remove('rosi_meta', logUuid)],
    named: { name: 'log_uuid' },
  },
];

/**
 * Dimensions by the catalogue as it is when read (contract 3.4), as SQL: post and program are the
 * event's own, else its link's (a coupon's: the coupon's); influencer and campaign the event's own,
 * else its link's or coupon's, else its post's, the campaign at last utm_campaign; platform and
 * media type of a coupon touchpoint are its post's.
 *
 * One rule serves every touchpoint: an ordinary one has no coupon code, a coupon's has no link. So
 * either has one owner at most, and links and coupons are joined as one.
 *
 * A join is by one text, in which the workspace stands before the id: joining by the two takes half
 * as much time again. Names of workspaces have no line end, so that no two pairs make the same text.
 */

import { catalogueColumn } from './catalogue-views.js';
import { touchDimensions } from './columns.js';

/** What a rule needs of the catalogue. */
export interface Resolution {
  /** Dimensions to resolve. */
  readonly dimensions: readonly ResolvedDimension[];
  /** Columns of the source to keep as they are. */
  readonly keep: readonly string[];
  /** A FROM clause's subject: a table, or a query in brackets. */
  readonly source: string;
  /** The unresolved columns that the source has, all by default: those it lacks stand for ''. */
  readonly unresolved?: readonly string[];
}

export type ResolvedDimension =
  | 'platform'
  | 'medium'
  | 'media_type'
  | 'post_id'
  | 'influencer_id'
  | 'campaign_id'
  | 'link_id'
  | 'program_id';

type Owned = 'post_id' | 'influencer_id' | 'campaign_id' | 'program_id';

/** The first that is not empty, as SQL. */
function firstOf(expressions: readonly string[]): string {
  const last = expressions.at(-1) ?? "''";
  const tests = expressions.slice(0, -1).flatMap((each) => [`${each} != ''`, each]);
  return tests.length === 0 ? last : `multiIf(${[...tests, last].join(', ')})`;
}

/**
 * A query of the kept columns and the resolved dimensions. It reads the entries themselves and not
 * their views, and joins no more of them than the dimensions need: making the plan of a join and of
 * what lies under it takes longer than joining.
 */
export function resolved({ dimensions, keep, source, unresolved = allUnresolved }: Resolution) {
  const has = (name: string) => unresolved.includes(name);
  const own = (name: Owned) => [
    ...(has(name) ? [`t.${name}`] : []),
    ...(ownerKinds(unresolved).length > 0 ? [`o.${catalogueColumn(name)}`] : []),
  ];
  const ofPost = (name: 'platform' | 'media_type') =>
    has('coupon_code')
      ? `if(t.coupon_code != '', p.${catalogueColumn(name)}, toString(t.${name}))`
      : `toString(t.${name})`;
  const postId = firstOf(own('post_id'));
  const rules: Readonly<Record<ResolvedDimension, () => string>> = {
    platform: () => ofPost('platform'),
    medium: () => 't.medium',
    media_type: () => ofPost('media_type'),
    post_id: () => postId,
    influencer_id: () =>
      firstOf([...own('influencer_id'), `p.${catalogueColumn('influencer_id')}`]),
    campaign_id: () =>
      firstOf([
        ...own('campaign_id'),
        `p.${catalogueColumn('campaign_id')}`,
        ...(has('utm_campaign') ? ['t.utm_campaign'] : []),
      ]),
    link_id: () => 't.link_id',
    program_id: () => firstOf(own('program_id')),
  };
  const columns = dimensions.map((name) => `${rules[name]()} AS ${name}`);
  return [
    `SELECT ${[...keep.map((name) => `t.${name} AS ${name}`), ...columns].join(', ')}`,
    `FROM ${source} AS t`,
    ...joinsFor(columns.join(), postId, ownerKinds(unresolved)),
  ].join('\n');
}

type Owner = 'link' | 'coupon';

/** What may give a touchpoint its post: its link, or its coupon. */
const ownerKinds = (unresolved: readonly string[]): readonly Owner[] =>
  (['link', 'coupon'] as const).filter((kind) => unresolved.includes(ownerId[kind]));

const ownerId: Readonly<Record<Owner, string>> = { link: 'link_id', coupon: 'coupon_code' };

/** The owners and posts that the columns, or the post's own key, read. */
function joinsFor(columns: string, postId: string, owners: readonly Owner[]): string[] {
  const read = readsOf(columns, 'p').length > 0 ? `${columns} ${postId}` : columns;
  const keys = owners.map((kind) => keyOf('t.workspace', `'${kind}'`, `t.${ownerId[kind]}`));
  const ownerKey = keys.length > 1 ? `if(t.coupon_code != '', ${keys[1]}, ${keys[0]})` : keys[0];
  return [
    ...join('o', owners, `${ownerKey}`, read),
    ...join('p', ['post'], keyOf('t.workspace', "'post'", postId), read),
  ];
}

const keyOf = (workspace: string, kind: string, id: string) =>
  `concat(${workspace}, '\\n', ${kind}, '\\n', ${id})`;

function join(letter: string, kinds: readonly string[], key: string, read: string): string[] {
  const columns = readsOf(read, letter);
  if (columns.length === 0) return [];
  return [
    `LEFT ANY JOIN (SELECT ${keyOf('workspace', 'kind', 'id')} AS place, ${columns.join(', ')}
  FROM rosi.catalogue_entries FINAL
  WHERE kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})) AS ${letter} ON ${letter}.place = ${key}`,
  ];
}

/** Columns of the one that the letter stands for. */
function readsOf(sql: string, letter: string): string[] {
  const found = sql.matchAll(new RegExp(`\\b${letter}\\.(\\w+)`, 'g'));
  return [...new Set([...found].map(([, name]) => `${name}`))];
}

const allUnresolved = touchDimensions.map(([name]) => name);

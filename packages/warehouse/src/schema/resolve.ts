/**
 * Dimensions by the catalogue as it is when read (contract 3.4), as SQL: post and program are the
 * event's own, else its link's (a coupon's: the coupon's); influencer and campaign the event's own,
 * else its link's or coupon's, else its post's, the campaign at last utm_campaign; platform and
 * media type of a coupon touchpoint are its post's.
 *
 * One rule serves every touchpoint: an ordinary one has no coupon code, a coupon's has no link.
 */

/** The first that is not empty, as SQL. */
export function firstOf(...expressions: readonly [string, ...string[]]): string {
  const last = expressions.at(-1);
  const tests = expressions.slice(0, -1).flatMap((each) => [`${each} != ''`, each]);
  return tests.length === 0 ? `${last}` : `multiIf(${[...tests, last].join(', ')})`;
}

/** What a rule needs of the catalogue; `own` are columns that the source has. */
export interface Resolution {
  /** Dimensions to resolve. */
  readonly dimensions: readonly ResolvedDimension[];
  /** Columns of the source to keep as they are. */
  readonly keep: readonly string[];
  /** A FROM clause's subject: a table, or a query in brackets. */
  readonly source: string;
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

const ofOwner = (name: string) => [`t.${name}`, `l.${name}`, `c.${name}`] as const;

const rules: Readonly<Record<ResolvedDimension, string>> = {
  platform: "if(t.coupon_code != '', p.platform, toString(t.platform))",
  medium: 't.medium',
  media_type: "if(t.coupon_code != '', p.media_type, toString(t.media_type))",
  post_id: firstOf(...ofOwner('post_id')),
  influencer_id: firstOf(...ofOwner('influencer_id'), 'p.influencer_id'),
  campaign_id: firstOf(...ofOwner('campaign_id'), 'p.campaign_id', 't.utm_campaign'),
  link_id: 't.link_id',
  program_id: firstOf(...ofOwner('program_id')),
};

const owners = 'workspace, post_id, influencer_id, campaign_id, program_id';

/**
 * A query of the kept columns and the resolved dimensions. The source must have the unresolved
 * columns that the dimensions' rules read; those it lacks stand as '' (`absent`).
 */
export function resolved({ dimensions, keep, source }: Resolution, absent: readonly string[] = []) {
  const blanks = absent.map((name) => `, '' AS ${name}`).join('');
  return `SELECT ${[...keep.map((name) => `t.${name} AS ${name}`), ...dimensions.map((name) => `${rules[name]} AS ${name}`)].join(', ')}
FROM (SELECT *${blanks} FROM ${source}) AS t
LEFT ANY JOIN (SELECT ${owners}, link_id FROM rosi.links) AS l
  ON l.workspace = t.workspace AND l.link_id = t.link_id
LEFT ANY JOIN (SELECT ${owners}, code FROM rosi.coupons) AS c
  ON c.workspace = t.workspace AND c.code = t.coupon_code
LEFT ANY JOIN (SELECT workspace, post_id, influencer_id, campaign_id, platform, media_type
  FROM rosi.posts) AS p
  ON p.workspace = t.workspace AND p.post_id = ${firstOf(...ofOwner('post_id'))}`;
}

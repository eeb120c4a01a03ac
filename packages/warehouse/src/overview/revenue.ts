/**
 * Revenue by post or influencer, models side by side, against what was spent on them. Sums the
 * daily table by its unresolved keys first and joins the catalogue afterwards, so that it stays
 * quick however many orders there are.
 */
import { dailySums, unresolvedKeys } from '../schema/daily-sums.js';
import { resolved } from '../schema/resolve.js';
import {
  type OverviewDatabase,
  type OverviewRange,
  ofCurrency,
  ofWorkspace,
  parametersOf,
  withinDays,
} from './range.js';

export type RevenueKey = 'post' | 'influencer';

export interface RevenueRow {
  /** Id of the post or influencer; empty: credit and spend that name none. */
  readonly key: string;
  /** Minor units by model; a model without credit is absent. */
  readonly credits: ReadonlyMap<string, bigint>;
  readonly spend: bigint;
}

export interface RevenueQuery {
  readonly key: RevenueKey;
  /** Of these credits are read; rows are ranked by the most that one, or the spend, comes to. */
  readonly models: readonly string[];
  readonly rowsMax: number;
}

/** Amounts under this model are what was spent. */
const SPEND = 'spend';

/** The rows with a key, ranked, at most `rowsMax`; the row without one is always the last. */
export async function readRevenue(
  database: OverviewDatabase,
  range: OverviewRange,
  query: RevenueQuery,
): Promise<readonly RevenueRow[]> {
  const rows = await database.query<{ key: string; names: string[]; amounts: string[] }>(
    `SELECT key, groupArray(model) AS names, groupArray(toString(amount)) AS amounts,
      max(amount) AS most
    FROM (${amountsOf(query.key)})
    GROUP BY key ORDER BY key = '' DESC, most DESC, key LIMIT {rowsMax:UInt32}`,
    {
      ...parametersOf(range),
      models: query.models,
      rowsMax: query.rowsMax + 1,
    },
  );
  const found = rows.map(({ key, names, amounts }) => rowOf(key, names, amounts));
  const keyed = found.filter(({ key }) => key !== '').slice(0, query.rowsMax);
  return [...keyed, ...found.filter(({ key }) => key === '')];
}

function rowOf(key: string, names: readonly string[], amounts: readonly string[]): RevenueRow {
  const credits = new Map(names.map((name, index) => [name, BigInt(amounts[index] ?? 0)]));
  const spend = credits.get(SPEND) ?? 0n;
  credits.delete(SPEND);
  return { key, credits, spend };
}

/** `key, model, amount` of credit and of spend. */
function amountsOf(key: RevenueKey): string {
  const keys = unresolvedKeys[key];
  const source = `(SELECT workspace, toString(model) AS model, ${keys.join(', ')},
      sum(toInt128(credit)) AS amount
    FROM rosi.${dailySums(key)} WHERE ${ofCurrency} AND ${withinDays('day')}
      AND model IN {models:Array(String)}
    GROUP BY workspace, model, ${keys.join(', ')})`;
  const credit = resolved({
    dimensions: [`${key}_id`],
    keep: ['model', 'amount'],
    source,
    unresolved: keys,
  });
  return `SELECT key, model, sum(part) AS amount FROM (
    SELECT ${key}_id AS key, model, amount AS part FROM (${credit})
    UNION ALL
    SELECT ${spendKeys[key]} AS key, '${SPEND}' AS model, toInt128(s.amount) AS part
    FROM (SELECT * FROM rosi.spend WHERE ${ofCurrency} AND ${withinDays('date')}) AS s
    LEFT ANY JOIN (SELECT post_id, influencer_id FROM rosi.posts WHERE ${ofWorkspace}) AS p
      ON p.post_id = s.post_id)
  GROUP BY key, model HAVING amount != 0`;
}

/** Spend on an influencer's post is spend on the influencer. */
const spendKeys: Readonly<Record<RevenueKey, string>> = {
  post: 's.post_id',
  influencer: "if(s.influencer_id != '', s.influencer_id, p.influencer_id)",
};

/** What the catalogue says of the keys; a key without an entry is absent. */
export interface CatalogueNames {
  readonly posts: ReadonlyMap<string, PostName>;
  readonly influencers: ReadonlyMap<string, string>;
}

export interface PostName {
  readonly platform: string;
  readonly author: string;
  readonly influencerId: string;
  readonly format: string;
  readonly topic: string;
  readonly url: string;
}

interface PostEntry extends Omit<PostName, 'influencerId'> {
  readonly post_id: string;
  readonly influencer_id: string;
}

export async function readNames(
  database: OverviewDatabase,
  at: {
    readonly workspace: string;
    readonly postIds: readonly string[];
    readonly influencerIds: readonly string[];
  },
): Promise<CatalogueNames> {
  const { workspace, postIds, influencerIds } = at;
  const posts = await database.query<PostEntry>(
    `SELECT post_id, platform, author, influencer_id, format, topic, url FROM rosi.posts
    WHERE ${ofWorkspace} AND post_id IN {postIds:Array(String)}`,
    { workspace, postIds },
  );
  const wanted = [...influencerIds, ...posts.map((post) => post.influencer_id)];
  const influencers = await database.query<{ influencer_id: string; name: string }>(
    `SELECT influencer_id, name FROM rosi.influencers
    WHERE ${ofWorkspace} AND name != '' AND influencer_id IN {ids:Array(String)}`,
    { workspace, ids: [...new Set(wanted)] },
  );
  return {
    posts: new Map(
      posts.map(({ post_id, influencer_id, ...rest }) => [
        post_id,
        { ...rest, influencerId: influencer_id },
      ]),
    ),
    influencers: new Map(influencers.map(({ influencer_id, name }) => [influencer_id, name])),
  };
}

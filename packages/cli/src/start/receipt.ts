/**
 * An order's receipt as `GET /v1/orders/:id/receipt` and `rosi explain order` show it: the order's
 * row, every touchpoint seen of its person, and for each model what it got or why it got nothing.
 * The amounts are the recorded ones of ClickHouse; the reasons come from the rules. Where the two
 * disagree (work is pending), `consistent` is false, and nothing is made up.
 */
import {
  type AttributionSettings,
  explainOrder,
  type ModelVerdict,
  models,
  type TouchVerdict,
} from '@rosi/attribution';
import type { Touch } from '@rosi/events';
import type { OrderReceipt } from '@rosi/warehouse';

type ReceiptTouchpoint = OrderReceipt['touchpoints'][number];
type ReceiptCredit = OrderReceipt['credits'][number];

export interface ModelLine {
  readonly credit: number;
  /** Of 1. */
  readonly share: number;
  /** Null: credited. */
  readonly reason: string | null;
}

export interface TouchpointLine extends ReceiptTouchpoint {
  readonly status: 'credited' | 'eligible' | 'refused' | 'cut';
  /** Null: at least eligible. */
  readonly reason: string | null;
  /** By model; empty when it is not eligible. */
  readonly models: Readonly<Record<string, ModelLine>>;
}

export interface ReceiptDocument {
  readonly order: OrderReceipt['order'];
  readonly models: readonly string[];
  readonly touchpoints: readonly TouchpointLine[];
  /** By model; empty when a touchpoint was eligible. */
  readonly unattributed: Readonly<Record<string, ModelLine>>;
  /** How many touchpoints stand under each reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Every model's credits sum to the net, and the rules say the same as the record. */
  readonly consistent: boolean;
}

export function receiptDocument(
  found: OrderReceipt,
  settings: AttributionSettings,
): ReceiptDocument {
  const byTouch = new Map<string, TouchVerdict>();
  const explained = explainOrder({
    orderedAt: timeOf(found.order.occurred_at),
    net: Number(found.order.net),
    touches: found.touchpoints.map(touchOf),
    settings,
  });
  for (const verdict of explained.touches) byTouch.set(verdict.touch.touchpointId, verdict);
  const recorded = creditsByTouch(found.credits);
  const touchpoints = found.touchpoints.map((touch) =>
    lineOf(touch, byTouch.get(touch.touchpoint_id), recorded.get(touch.touchpoint_id)),
  );
  const refused: Record<string, number> = {};
  for (const { reason } of touchpoints) {
    if (reason !== null) refused[reason] = (refused[reason] ?? 0) + 1;
  }
  return {
    order: found.order,
    models: [...models],
    touchpoints,
    unattributed: modelLines(explained.unattributed, recorded.get('unattributed')),
    refused,
    consistent: isConsistent(found, byTouch, explained.unattributed, recorded),
  };
}

function lineOf(
  touch: ReceiptTouchpoint,
  verdict: TouchVerdict | undefined,
  recorded: Recorded | undefined,
): TouchpointLine {
  if (verdict?.eligible !== true) {
    const reason = verdict?.reason ?? 'unknown';
    const status = reason === 'cut_by_limit' ? 'cut' : 'refused';
    return { ...touch, status, reason, models: {} };
  }
  const status = recorded === undefined ? 'eligible' : 'credited';
  return { ...touch, status, reason: null, models: modelLines(verdict.models, recorded) };
}

type Recorded = ReadonlyMap<string, ReceiptCredit>;

function creditsByTouch(credits: readonly ReceiptCredit[]): ReadonlyMap<string, Recorded> {
  const byTouch = new Map<string, Map<string, ReceiptCredit>>();
  for (const credit of credits) {
    const ofTouch = byTouch.get(credit.touchpoint_id) ?? new Map<string, ReceiptCredit>();
    byTouch.set(credit.touchpoint_id, ofTouch.set(credit.model, credit));
  }
  return byTouch;
}

/** The recorded amount where there is one, else the rule's reason for nothing. */
function modelLines(
  verdicts: readonly ModelVerdict[],
  recorded: Recorded | undefined,
): Readonly<Record<string, ModelLine>> {
  const lines: Record<string, ModelLine> = {};
  for (const verdict of verdicts) {
    const row = recorded?.get(verdict.model);
    const reason = verdict.credited ? 'not_recorded_yet' : verdict.reason;
    lines[verdict.model] =
      row === undefined
        ? { credit: 0, share: 0, reason }
        : { credit: Number(row.credit), share: row.share, reason: null };
  }
  return lines;
}

function isConsistent(
  found: OrderReceipt,
  byTouch: ReadonlyMap<string, TouchVerdict>,
  unattributed: readonly ModelVerdict[],
  recorded: ReadonlyMap<string, Recorded>,
): boolean {
  const expected = new Map<string, number>();
  const expect = (touchpointId: string, verdicts: readonly ModelVerdict[]) => {
    for (const verdict of verdicts) {
      if (verdict.credited) expected.set(`${verdict.model} ${touchpointId}`, verdict.credit);
    }
  };
  for (const [id, verdict] of byTouch) if (verdict.eligible) expect(id, verdict.models);
  expect('unattributed', unattributed);
  const rows = [...recorded].flatMap(([id, ofTouch]) =>
    [...ofTouch.values()].map((row) => [`${row.model} ${id}`, Number(row.credit)] as const),
  );
  return (
    rows.length === expected.size &&
    rows.length === found.credits.length &&
    rows.every(([key, credit]) => expected.get(key) === credit)
  );
}

/** Dimensions by the catalogue as it is now; the rules look at time, type and medium alone. */
function touchOf(row: ReceiptTouchpoint): Touch {
  return {
    touchpointId: row.touchpoint_id,
    type: row.type,
    touchedAt: timeOf(row.occurred_at),
    platform: row.platform,
    medium: row.medium,
    mediaType: row.media_type,
    postId: row.post_id,
    influencerId: row.influencer_id,
    campaignId: row.campaign_id,
    linkId: row.link_id,
    programId: row.program_id,
    utmCampaign: '',
    couponCode: '',
  };
}

/** ClickHouse writes DateTime64(3, 'UTC') as `2026-03-01 10:00:00.000`. */
export function timeOf(text: string): number {
  return Date.parse(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`);
}

/**
 * Touchpoints with their dimensions by the catalogue as it ends (contract, rules 2, 3, 4).
 */
import type { Catalogue } from './catalogue.js';
import type { Order } from './orders.js';
import { eventPerson, type Persons } from './persons.js';
import { idOf, type JsonObject, textOf } from './text.js';
import type { Accepted } from './types.js';

export interface Touchpoint {
  readonly touchpointId: string;
  readonly person: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly platform: string;
  readonly medium: string;
  readonly mediaType: string;
  readonly postId: string;
  readonly influencerId: string;
  readonly campaignId: string;
  readonly linkId: string;
  readonly programId: string;
  /** The only order that a coupon touchpoint counts for; '' for all others. */
  readonly onlyOrderId: string;
}

const nothing: JsonObject = {};

function firstId(...values: readonly unknown[]): string {
  return values.map(idOf).find((id) => id !== '') ?? '';
}

export function touchpointOf(event: Accepted, catalogue: Catalogue, persons: Persons): Touchpoint {
  const link = catalogue.link.get(event.linkId) ?? nothing;
  const postId = firstId(event.postId, link['post_id']);
  const post = catalogue.post.get(postId) ?? nothing;
  return {
    touchpointId: event.eventId,
    person: eventPerson(event, persons),
    type: event.type,
    occurredAt: event.occurredAt,
    ...event.dimensions,
    postId,
    influencerId: firstId(event.influencerId, link['influencer_id'], post['influencer_id']),
    campaignId: firstId(
      event.campaignId,
      link['campaign_id'],
      post['campaign_id'],
      event.utmCampaign,
    ),
    linkId: event.linkId,
    programId: firstId(event.programId, link['program_id']),
    onlyOrderId: '',
  };
}

/** reading: an order without a row (no total yet) has no coupon touchpoints yet. */
export function couponTouchpointsOf(
  order: Order,
  person: string,
  catalogue: Catalogue,
): Touchpoint[] {
  return order.couponCodes.flatMap((code) => {
    const coupon = catalogue.coupon.get(code) ?? nothing;
    const postId = idOf(coupon['post_id']);
    const programId = idOf(coupon['program_id']);
    if (firstId(coupon['influencer_id'], postId, programId) === '') return [];
    const post = catalogue.post.get(postId) ?? nothing;
    return {
      touchpointId: `coupon:${order.orderId}:${code}`,
      person,
      type: 'coupon',
      occurredAt: order.occurredAt,
      platform: textOf(post['platform']),
      medium: 'coupon',
      mediaType: textOf(post['media_type']),
      postId,
      influencerId: firstId(coupon['influencer_id'], post['influencer_id']),
      campaignId: firstId(coupon['campaign_id'], post['campaign_id']),
      linkId: '',
      programId,
      onlyOrderId: order.orderId,
    };
  });
}

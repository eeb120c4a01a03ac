/** A touchpoint as journeys and the ledger carry it: the event's own, unresolved dimensions. */
import type { CollectedEvent, Touch } from '@rosi/events';

/** The touch of an event that the rules make a touchpoint. */
export function touchOf(event: CollectedEvent): Touch {
  return {
    touchpointId: event.eventId,
    type: event.type,
    touchedAt: event.occurredAt,
    platform: event.platform,
    medium: event.medium,
    mediaType: event.mediaType,
    postId: event.postId,
    influencerId: event.influencerId,
    campaignId: event.campaignId,
    linkId: event.linkId,
    programId: event.programId,
    utmCampaign: event.utm?.campaign ?? '',
    couponCode: '',
  };
}

/** The touchpoint that the use of an owned coupon code is, at the order's own time. */
export function couponTouch(orderId: string, code: string, orderedAt: number): Touch {
  return {
    touchpointId: `coupon:${orderId}:${code}`,
    type: 'coupon',
    touchedAt: orderedAt,
    platform: '',
    medium: 'coupon',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utmCampaign: '',
    couponCode: code,
  };
}

/** Hand-made records for the loader's tests. */
import type { CollectedEvent, LedgerOrder, Touch } from '@rosi/events';

const T0 = Date.UTC(2026, 2, 1, 10);
const models = ['first_touch', 'last_touch', 'linear'];

function touch(touchpointId: string): Touch {
  return {
    touchpointId,
    type: 'click',
    touchedAt: T0,
    platform: 'mastodon',
    medium: 'social',
    mediaType: 'owned',
    postId: `post-${touchpointId}`,
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utmCampaign: '',
    couponCode: '',
  };
}

/** An order of 100 whose one touch has it all, by three models. */
export function order(orderId: string): LedgerOrder {
  const credits = models.map((model) => ({ model, touch: 0, credit: 100, share: 1e12 }));
  return {
    workspace: 'default',
    orderId,
    generation: 0,
    revision: 1,
    recordedAt: T0,
    personId: 'p_1',
    orderedAt: T0,
    currency: 'EUR',
    gross: 100,
    tax: 0,
    shipping: 0,
    refunded: 0,
    net: 100,
    newCustomer: true,
    cut: false,
    couponCodes: [],
    items: '',
    touches: [touch('t')],
    eligible: 1,
    credits,
    deltas: credits.map((each) => ({
      ...each,
      personId: 'p_1',
      orderedAt: T0,
      currency: 'EUR',
    })),
    movedFrom: [],
  };
}

export function event(eventId: string): CollectedEvent {
  return {
    workspace: 'default',
    eventId,
    type: 'page',
    occurredAt: T0,
    receivedAt: T0,
    source: 'server',
    identifiers: [{ type: 'user_id', value: 'u' }],
    platform: '',
    medium: 'direct',
    mediaType: '',
    postId: '',
    influencerId: '',
    campaignId: '',
    linkId: '',
    programId: '',
    utm: null,
    page: { url: 'https://example.org/ä"\\\n', referrer: '', title: '\u0000' },
    interaction: null,
    order: null,
    refund: null,
    catalogue: null,
    touchpoint: true,
    bot: false,
    consentAnalytics: true,
    consentMarketing: null,
    properties: '{}',
  };
}

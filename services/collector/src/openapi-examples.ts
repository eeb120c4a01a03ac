/** Requests to copy from the documentation; a test sends each of them. */
export const exampleEvents = {
  click: {
    summary: 'A click on a post',
    value: {
      event_id: 'c1',
      type: 'click',
      occurred_at: '2026-03-01T10:00:00Z',
      identifiers: { anonymous_id: 'a-1' },
      platform: 'mastodon',
      medium: 'social',
      media_type: 'owned',
      post_id: 'p-1',
    },
  },
  purchase: {
    summary: 'The purchase that followed, with a coupon',
    value: {
      event_id: 'o1',
      type: 'purchase',
      occurred_at: '2026-03-02T18:30:00Z',
      identifiers: { anonymous_id: 'a-1', email: 'ada@example.org' },
      order: { order_id: '1001', total: '129.90', currency: 'EUR', coupon_codes: ['ADA10'] },
    },
  },
  batch: {
    summary: 'A catalogue: who owns the post and the coupon',
    value: [
      {
        event_id: 'i1',
        type: 'influencer',
        influencer: {
          influencer_id: 'i-1',
          name: 'Ada',
          handles: ['mastodon:@ada@social.example'],
        },
      },
      { event_id: 'k1', type: 'coupon', coupon: { code: 'ADA10', influencer_id: 'i-1' } },
    ],
  },
};

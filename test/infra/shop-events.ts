/** A small shop: orders in three currencies, one of them of a post, and one event to be rejected. */
const time = (day: number, hour: number) => new Date(Date.UTC(2024, 4, day, hour)).toISOString();

const order = (id: string, day: number, total: string, currency: string, anonymousId: string) => ({
  event_id: `order-${id}`,
  type: 'purchase',
  occurred_at: time(day, 12),
  // The phone is not in E.164: it is dropped and counted.
  identifiers: { anonymous_id: anonymousId, phone: '0612345678' },
  order: { order_id: id, total, currency },
});

export const shopEvents = [
  {
    event_id: 'ada',
    type: 'influencer',
    influencer: { influencer_id: 'ada', name: 'Ada', commission_rate: 0.1 },
  },
  {
    event_id: 'p-1',
    type: 'post',
    post: {
      post_id: 'p-1',
      platform: 'mastodon',
      influencer_id: 'ada',
      published_at: time(1, 8),
    },
  },
  {
    event_id: 'click-1',
    type: 'click',
    occurred_at: time(2, 10),
    post_id: 'p-1',
    identifiers: { anonymous_id: 'browser-1' },
  },
  order('1001', 3, '129.90', 'EUR', 'browser-1'),
  order('1002', 4, '50.00', 'EUR', 'browser-2'),
  order('1003', 5, '1500', 'JPY', 'browser-3'),
  order('1004', 6, '1.234', 'KWD', 'browser-4'),
  { event_id: 'wrong', type: 'unheard-of' },
];

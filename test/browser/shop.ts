/** A small shop for the page: two posts, an influencer, spend, three orders in two currencies. */

/** So many hours before now: the page's standard period is the last 30 days. */
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const dayAgo = (days: number) => hoursAgo(days * 24).slice(0, 10);

export const click = (person: string, postId: string, hours: number) => ({
  event_id: `click-${person}-${postId}`,
  type: 'click',
  occurred_at: hoursAgo(hours),
  platform: 'mastodon',
  medium: 'social',
  post_id: postId,
  identifiers: { anonymous_id: person },
});

export const purchase = (orderId: string, person: string, total: string, hours: number) => ({
  event_id: `purchase-${orderId}`,
  type: 'purchase',
  occurred_at: hoursAgo(hours),
  identifiers: { anonymous_id: person },
  order: { order_id: orderId, total, currency: 'EUR' },
});

export const refund = (orderId: string, total: string) => ({
  event_id: `refund-${orderId}`,
  type: 'refund',
  refund: { refund_id: `r-${orderId}`, order_id: orderId, total, currency: 'EUR' },
});

/** Ada's post earns first touches, the shop's own post last ones. */
export const shop: readonly object[] = [
  {
    event_id: 'influencer-ada',
    type: 'influencer',
    influencer: { influencer_id: 'ada', name: 'Ada & <Co>' },
  },
  {
    event_id: 'post-p-1',
    type: 'post',
    post: {
      post_id: 'p-1',
      platform: 'mastodon',
      influencer_id: 'ada',
      published_at: hoursAgo(400),
    },
  },
  {
    event_id: 'spend-1',
    type: 'spend',
    spend: { spend_id: 's-1', date: dayAgo(3), amount: '40.00', currency: 'EUR', post_id: 'p-1' },
  },
  click('browser-1', 'p-1', 100),
  click('browser-1', 'p-2', 50),
  purchase('1001', 'browser-1', '129.90', 24),
  click('browser-2', 'p-1', 2_000),
  purchase('1002', 'browser-2', '70.10', 20),
  {
    ...purchase('2001', 'browser-3', '5000', 30),
    order: { order_id: '2001', total: '5000', currency: 'JPY' },
  },
];

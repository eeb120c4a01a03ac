/**
 * The shape of one incoming event, for documentation (OpenAPI by `z.toJSONSchema`) and for callers
 * that check before they send. The rules between fields are those of `normalise`, by asking it.
 */
import * as z from 'zod';
import { normalise } from './normalise.js';
import {
  eventTypes,
  type IdentifierType,
  identifierTypes,
  interactionKinds,
  media,
  mediaTypes,
} from './vocabulary.js';

/** A field of the wrong type counts as absent: it is never the reason to lose an event. */
function lenient<T extends z.ZodType>(schema: T, text: string) {
  return schema.optional().catch(undefined).describe(text);
}

const id = z.union([z.string(), z.int()]);
const money = z.union([z.string(), z.number()]);
const idField = (text: string) => lenient(id, `${text} Trimmed; at most 256 characters.`);
const textField = (text: string) => lenient(z.string(), text);
const moneyField = (text: string) =>
  money.nullish().describe(`${text} A decimal such as "129.90", or a JSON number.`);
const currency = z
  .string()
  .nullish()
  .describe('ISO 4217, upper case, such as "EUR"; stands beside every amount.');
const word = <T extends readonly [string, ...string[]]>(words: T, text: string) =>
  z
    .enum([...words, ''])
    .nullish()
    .describe(text);

const identifierTexts: Readonly<Record<Exclude<IdentifierType, 'order_id'>, string>> = {
  user_id: 'The id under which the person signs in.',
  customer_id: 'The id in a shop or CRM, the shop before the first colon: "shopify:991".',
  email: 'Lower-cased and kept only as a keyed hash.',
  phone: 'In E.164, such as "+33612345678"; kept only as a keyed hash.',
  handle: 'The public name on a network: "mastodon:@ada@social.example". Lower-cased.',
  anonymous_id: 'The id of a browser or device, from a cookie for instance.',
  click_id: 'The id of the click that led here; read from page.url when not stated.',
};
const statedTypes = identifierTypes.filter((type) => type !== 'order_id');

const identifiers = z
  .object(Object.fromEntries(statedTypes.map((type) => [type, idField(identifierTexts[type])])))
  .describe('Who it was. Placeholders such as "null" or "guest" are dropped, the event stays.');

const page = z.object({
  url: textField('Address of the page; e-mail addresses and phone numbers are masked.'),
  referrer: textField('Address of the page before it.'),
  title: textField('Title of the page.'),
});

const utm = z.object({
  source: idField('utm_source.'),
  medium: idField('utm_medium.'),
  campaign: idField('utm_campaign.'),
  content: idField('utm_content.'),
  term: idField('utm_term.'),
});

const interaction = z.object({
  kind: word(interactionKinds, 'What was done.'),
  text: textField('What was written; personal data is masked.'),
});

const item = z
  .looseObject({
    sku: z.unknown().describe('Article number.'),
    name: z.unknown().describe('Its name.'),
    quantity: z.unknown().describe('How many.'),
    unit_price: z.unknown().describe('Price of one.'),
  })
  .partial();

const order = z.object({
  order_id: idField('Id of the order, unique in the workspace. A purchase must state it.'),
  total: moneyField('What the order costs, tax and shipping included.'),
  currency,
  coupon_codes: z
    .union([z.array(lenient(id, 'A code.')), id])
    .nullish()
    .describe('Codes used, or one; trimmed, upper-cased. An empty list says that none was.'),
  tax: moneyField('Tax within the total.'),
  shipping: moneyField('Shipping within the total.'),
  items: lenient(z.array(z.union([item, z.unknown()])), 'What was bought; kept as sent.'),
});

const refund = z.object({
  refund_id: idField('Id of the refund: copies of it count once.'),
  order_id: idField('Id of the order that is refunded.'),
  total: moneyField('What was paid back.'),
  currency,
});

const consent = z.object({
  analytics: z.boolean().nullish().describe('False: all identifiers but order_id are dropped.'),
  marketing: z.boolean().nullish().describe('Kept as stated.'),
});

const timeField = (text: string) =>
  z
    .string()
    .nullish()
    .describe(`${text} ISO 8601 with a zone, or a day (YYYY-MM-DD); of the years 1970 to 2299.`);
const owners = {
  post_id: idField('Of the post.'),
  influencer_id: idField('Of the influencer.'),
  campaign_id: idField('Of the campaign.'),
};

const post = z.object({
  post_id: idField('Id of the post; required.'),
  platform: textField('Where it stands, in lower case.'),
  url: textField('Its public address.'),
  author: textField('Public name of its author.'),
  influencer_id: owners.influencer_id,
  campaign_id: owners.campaign_id,
  media_type: word(mediaTypes, 'Owned, paid or earned.'),
  format: idField('Such as video, image, story.'),
  topic: idField('What it is about.'),
  published_at: timeField('When it went public.'),
  goal: idField('What it is meant to reach.'),
});

const influencer = z.object({
  influencer_id: idField('Id of the influencer; required.'),
  name: textField('Public name.'),
  handles: z.unknown().describe('List of public handles.'),
  commission_rate: money.nullish().describe('Share of the net, such as 0.1.'),
});

const campaign = z.object({
  campaign_id: idField('Id of the campaign; required.'),
  name: idField('Its name.'),
  objective: idField('What it is for.'),
  starts_at: timeField('Its begin.'),
  ends_at: timeField('Its end.'),
});

const link = z.object({
  link_id: idField('Id of the tracked link; required.'),
  url: textField('Where it leads.'),
  ...owners,
  program_id: idField('Of the referral or affiliate program.'),
});

const coupon = z.object({
  code: idField('The code; required. Trimmed, upper-cased.'),
  ...owners,
  program_id: idField('Of the referral or affiliate program.'),
});

const spend = z.object({
  spend_id: idField('Id of the entry; required.'),
  date: textField('The day (YYYY-MM-DD, from 1900 to 2299) on which it was spent; required.'),
  amount: moneyField('What was spent; required.'),
  currency,
  ...owners,
  platform: textField('Where it was spent.'),
});

const shape = z.object({
  event_id: id
    .nullish()
    .describe('Idempotency key within the workspace, 1 to 128 characters; absent: one is made.'),
  type: z.enum(eventTypes).describe('What happened, or which catalogue entry this is.'),
  occurred_at: z
    .string()
    .nullish()
    .describe('ISO 8601 with zone, cut to milliseconds; absent: when received.'),
  identifiers: lenient(identifiers, 'Who it was.'),
  platform: textField('The network, in lower case, such as "mastodon".'),
  medium: word(media, 'How the person came; derived when absent.'),
  media_type: word(mediaTypes, 'Owned, paid or earned (POEM); derived when absent.'),
  post_id: idField('Post that it belongs to.'),
  influencer_id: idField('Influencer that it belongs to.'),
  campaign_id: idField('Campaign that it belongs to.'),
  link_id: idField('Tracked link that it came by.'),
  program_id: idField('Referral or affiliate program.'),
  page: lenient(page, 'The page on which it happened.'),
  utm: lenient(utm, 'Campaign parameters; absent: read from page.url.'),
  interaction: lenient(interaction, 'Of type interaction.'),
  order: lenient(order, 'Of type purchase; its order_id identifies the order in any event.'),
  refund: lenient(refund, 'Of type refund; its order_id identifies the order in any event.'),
  consent: lenient(consent, "The person's consent; what is neither true nor false is rejected."),
  user_agent: textField("Of the person's browser, when a server sends."),
  ip: textField("Of the person's browser, when a server sends; used, never stored."),
  properties: lenient(z.record(z.string(), z.unknown()), 'Anything else; kept, masked.'),
  post: lenient(post, 'Of type post.'),
  influencer: lenient(influencer, 'Of type influencer.'),
  campaign: lenient(campaign, 'Of type campaign.'),
  link: lenient(link, 'Of type link.'),
  coupon: lenient(coupon, 'Of type coupon.'),
  spend: lenient(spend, 'Of type spend.'),
});

/** A secret key's event, received at the end of time: what is left is about the event alone. */
const neutralContext = {
  workspace: 'default',
  receivedAt: 8.64e15,
  source: 'server',
  keyKind: 'secret',
  ownDomains: [],
  requestUserAgent: '',
  secGpc: false,
  prefetch: false,
  hash: (text: string) => text,
  makeEventId: () => 'made',
} as const;

/** One incoming event. What it accepts, `normalise` accepts, time and key aside; and vice versa. */
export const eventSchema = z.preprocess((raw, issues) => {
  const result = normalise(raw, neutralContext);
  if (result.ok) return raw;
  const path = result.code.startsWith('type') ? ['type'] : [];
  const { code, message } = result;
  issues.addIssue({ code: 'custom', path, message, params: { code }, input: raw });
  return raw;
}, shape);

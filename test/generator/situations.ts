/**
 * All situations by name, with how often each comes up unless told otherwise.
 */
import * as catalogue from './catalogue-situations.js';
import * as commands from './command-situations.js';
import * as hygiene from './hygiene-situations.js';
import * as orders from './order-situations.js';
import * as persons from './person-situations.js';
import * as touches from './touch-situations.js';
import type { World } from './world.js';

interface Situation {
  readonly weight: number;
  readonly happen: (world: World) => void;
}

const at = (weight: number, happen: (world: World) => void): Situation => ({ weight, happen });

export const situations = {
  click_on_link: at(8, touches.clickOnLink),
  view: at(4, touches.view),
  interaction: at(5, touches.interaction),
  page_with_utm_in_url: at(4, touches.pageWithUtmInUrl),
  page_with_stated_utm: at(2, touches.pageWithStatedUtm),
  page_from_referrer: at(3, touches.pageFromReferrer),
  page_from_ad: at(2, touches.pageFromAd),
  page_from_two_ads: at(1, touches.pageFromTwoAds),
  page_from_mixed_sources: at(2, touches.pageFromMixedSources),
  page_with_stated_platform: at(1, touches.pageWithStatedPlatform),
  page_from_tracked_link: at(3, touches.pageFromTrackedLink),
  page_direct_visit: at(4, touches.pageDirectVisit),
  page_internal_visit: at(1, touches.pageInternalVisit),
  page_within_visit: at(2, touches.pageWithinVisit),
  touches_on_window_bounds_tried: at(3, touches.touchesOnWindowBounds),
  touches_at_one_instant: at(3, touches.touchesAtOneInstant),
  touches_whole_half_lives_apart_tried: at(3, touches.touchesWholeHalfLivesApart),
  touch_of_nobody: at(2, touches.touchOfNobody),
  touch_of_order_tried: at(1.5, touches.touchOfOrder),
  over_a_thousand_touches_tried: at(0, touches.overAThousandTouches),
  login: at(8, persons.login),
  profile: at(4, persons.profile),
  shared_tablet_tried: at(1.5, persons.sharedTablet),
  kiosk_of_one_shop: at(1, persons.kioskOfOneShop),
  customers_of_two_shops: at(1, persons.customersOfTwoShops),
  three_emails_on_one_device: at(0.5, persons.threeEmailsOnOneDevice),
  four_emails_on_one_device: at(0.7, persons.fourEmailsOnOneDevice),
  forwarded_link: at(1, persons.forwardedLink),
  fifty_strong: at(0.03, persons.fiftyStrong),
  over_fifty_strong: at(0.05, persons.overFiftyStrong),
  unlink_device: at(1.5, persons.unlinkDevice),
  unlink_order_tried: at(1, persons.unlinkOrder),
  unlink_ends_sharing_tried: at(1, persons.unlinkEndsSharing),
  unlink_of_strangers: at(0.3, persons.unlinkOfStrangers),
  order_page_links_browser_tried: at(2, persons.orderPageLinksBrowser),
  two_orders_in_one_event_tried: at(0.4, persons.twoOrdersInOneEvent),
  integer_identifier: at(0.5, persons.integerIdentifier),
  purchase_of_pixel: at(3, orders.purchaseOfPixel),
  purchase_of_server: at(4, orders.purchaseOfServer),
  purchase_of_many_sources: at(3, orders.purchaseOfManySources),
  purchases_at_one_instant: at(1, orders.purchasesAtOneInstant),
  purchase_in_two_currencies: at(0.7, orders.purchaseInTwoCurrencies),
  thank_you_page_then_server: at(1.5, orders.thankYouPageThenServer),
  thank_you_page_alone: at(0.7, orders.thankYouPageAlone),
  order_updated_later: at(2, orders.orderUpdatedLater),
  empty_codes_of_server: at(1, orders.emptyCodesOfServer),
  order_with_coupons: at(3, orders.orderWithCoupons),
  free_order: at(0.5, orders.freeOrder),
  orders_at_one_instant: at(1, orders.ordersAtOneInstant),
  order_without_person: at(1, orders.orderWithoutPerson),
  order_numbered_zero_tried: at(0.3, orders.orderNumberedZero),
  order_on_clock_change: at(1.5, orders.orderOnClockChange),
  refund_partial: at(2, orders.refundPartial),
  refund_beside_another_order: at(0.3, orders.refundBesideAnotherOrder),
  refund_whole: at(0.7, orders.refundWhole),
  refund_over: at(0.7, orders.refundOver),
  refund_before_purchase: at(1, orders.refundBeforePurchase),
  refund_in_other_currency: at(0.7, orders.refundInOtherCurrency),
  refund_repeated: at(1, orders.refundRepeated),
  refund_of_unknown_order: at(0.4, orders.refundOfUnknownOrder),
  catalogue_post: at(4, catalogue.post),
  catalogue_influencer: at(1, catalogue.influencer),
  catalogue_campaign: at(1, catalogue.campaign),
  catalogue_link: at(4, catalogue.link),
  catalogue_coupon: at(3, catalogue.coupon),
  catalogue_spend: at(1, catalogue.spend),
  coupon_changes_owner: at(0.7, catalogue.couponChangesOwner),
  coupon_of_campaign_alone: at(0.5, catalogue.couponOfCampaignAlone),
  versions_at_one_instant: at(0.7, catalogue.versionsAtOneInstant),
  bot_visit: at(1.5, hygiene.botVisit),
  bot_of_its_own: at(0.5, hygiene.botOfItsOwn),
  bot_purchase: at(0.5, hygiene.botPurchase),
  agent_of_server_request: at(0.5, hygiene.agentOfServerRequest),
  without_consent: at(1.5, hygiene.withoutConsent),
  purchase_without_consent: at(0.7, hygiene.purchaseWithoutConsent),
  global_privacy_control: at(1, hygiene.globalPrivacyControl),
  consent_given: at(1, hygiene.consentGiven),
  junk_identifiers: at(1.5, hygiene.junkIdentifiers),
  long_identifier: at(0.3, hygiene.longIdentifier),
  repeat_tried: at(3, hygiene.repeat),
  without_occurred_at: at(0.7, hygiene.withoutOccurredAt),
  clock_ahead: at(0.7, hygiene.clockAhead),
  invalid_event: at(2, hygiene.invalidEvent),
  settings_change: at(0, commands.settingsChange),
  settings_at_one_instant: at(0, commands.settingsAtOneInstant),
  touches_on_stated_window_tried: at(0, commands.touchesOnStatedWindow),
  upkeep: at(0, commands.upkeep),
  erase_person: at(0, commands.erasePerson),
  erase_shared: at(0, commands.eraseShared),
  erase_parted: at(0, commands.eraseParted),
  erase_device_again: at(0, commands.eraseDeviceAgain),
  erase_order_alone: at(0, commands.eraseOrderAlone),
  erase_order_again_tried: at(0, commands.eraseOrderAgain),
} as const satisfies Readonly<Record<string, Situation>>;

export type SituationName = keyof typeof situations;
export const situationNames = Object.keys(situations) as SituationName[]; // keys of a constant

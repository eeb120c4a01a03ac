/**
 * Public knowledge about where visitors come from: the hosts, apps and utm_source names of known
 * platforms. Data only; docs/classification.md shows these tables (held by a test).
 */

/** How a platform sends visitors when nothing more is known. */
export type SourceKind = 'search' | 'social' | 'video' | 'assistant' | 'mail' | 'payment' | 'site';

export interface Source {
  /** Lower case, as it stands in the column `platform`. */
  readonly platform: string;
  readonly kind: SourceKind;
  /**
   * Hosts with all their subdomains; the longest match wins. `name.*` stands for the name under
   * any public suffix (google.de, google.co.uk).
   */
  readonly hosts: readonly string[];
  /** Android packages (android-app://…). */
  readonly apps?: readonly string[];
  /** Further names in utm_source; the platform's own name and its hosts always count. */
  readonly names?: readonly string[];
}

const search: readonly Source[] = [
  {
    platform: 'google',
    kind: 'search',
    hosts: ['google.*', 'googleadservices.com'],
    apps: [
      'com.google.android.googlequicksearchbox',
      'com.google.android.googlequicksearchbox/https/www.google.com',
    ],
    names: ['adwords', 'google_ads', 'googleads', 'google-ads', 'dv360'],
  },
  {
    platform: 'bing',
    kind: 'search',
    hosts: ['bing.com'],
    names: ['bingads', 'microsoft', 'microsoftads', 'msn_ads'],
  },
  {
    platform: 'duckduckgo',
    kind: 'search',
    hosts: ['duckduckgo.com', 'ddg.gg'],
    apps: ['com.duckduckgo.mobile.android'],
    names: ['ddg'],
  },
  { platform: 'yahoo', kind: 'search', hosts: ['yahoo.*', 'search.yahoo.co.jp'] },
  {
    platform: 'yandex',
    kind: 'search',
    hosts: ['yandex.*', 'ya.ru'],
    names: ['yandex_direct', 'ya'],
  },
  { platform: 'baidu', kind: 'search', hosts: ['baidu.com'] },
  { platform: 'ecosia', kind: 'search', hosts: ['ecosia.org'] },
  { platform: 'qwant', kind: 'search', hosts: ['qwant.com'] },
  { platform: 'brave', kind: 'search', hosts: ['search.brave.com'] },
  { platform: 'startpage', kind: 'search', hosts: ['startpage.com', 'ixquick.com'] },
  { platform: 'naver', kind: 'search', hosts: ['search.naver.com', 'naver.com'] },
  { platform: 'daum', kind: 'search', hosts: ['daum.net'] },
  { platform: 'seznam', kind: 'search', hosts: ['seznam.cz'] },
  { platform: 'sogou', kind: 'search', hosts: ['sogou.com'] },
  { platform: 'so', kind: 'search', hosts: ['so.com'] },
  { platform: 'ask', kind: 'search', hosts: ['ask.com'] },
  { platform: 'aol', kind: 'search', hosts: ['aol.com', 'search.aol.com'] },
  { platform: 'kagi', kind: 'search', hosts: ['kagi.com'] },
  { platform: 'mojeek', kind: 'search', hosts: ['mojeek.com'] },
  { platform: 'swisscows', kind: 'search', hosts: ['swisscows.com'] },
  { platform: 'lilo', kind: 'search', hosts: ['lilo.org'] },
  { platform: 'coccoc', kind: 'search', hosts: ['coccoc.com'] },
];

const social: readonly Source[] = [
  {
    platform: 'facebook',
    kind: 'social',
    hosts: ['facebook.com', 'fb.com', 'fb.me', 'facebook.net'],
    apps: ['com.facebook.katana', 'com.facebook.lite'],
    names: [
      'fb',
      'meta',
      'facebook_ads',
      'facebookads',
      'facebook_mobile_feed',
      'facebook_desktop_feed',
      'an',
    ],
  },
  {
    platform: 'instagram',
    kind: 'social',
    hosts: ['instagram.com', 'ig.me'],
    apps: ['com.instagram.android'],
    names: ['ig', 'insta', 'instagram_stories', 'igshopping'],
  },
  {
    platform: 'threads',
    kind: 'social',
    hosts: ['threads.net', 'threads.com'],
    apps: ['com.instagram.barcelona'],
    names: ['th'],
  },
  {
    platform: 'messenger',
    kind: 'social',
    hosts: ['messenger.com', 'm.me'],
    apps: ['com.facebook.orca'],
    names: ['msg'],
  },
  {
    platform: 'whatsapp',
    kind: 'social',
    hosts: ['whatsapp.com', 'wa.me'],
    apps: ['com.whatsapp'],
    names: ['wa'],
  },
  {
    platform: 'x',
    kind: 'social',
    hosts: ['t.co', 'twitter.com', 'x.com'],
    apps: ['com.twitter.android'],
    names: ['twitter', 'twitter_ads', 'tw'],
  },
  {
    platform: 'linkedin',
    kind: 'social',
    hosts: ['linkedin.com', 'lnkd.in'],
    apps: ['com.linkedin.android'],
    names: ['li', 'linkedin_ads', 'linked_in'],
  },
  {
    platform: 'pinterest',
    kind: 'social',
    hosts: ['pinterest.*', 'pin.it'],
    apps: ['com.pinterest'],
    names: ['pin', 'pinterest_ads'],
  },
  {
    platform: 'reddit',
    kind: 'social',
    hosts: ['reddit.com', 'redd.it'],
    apps: ['com.reddit.frontpage'],
    names: ['reddit_ads'],
  },
  {
    platform: 'tiktok',
    kind: 'social',
    hosts: ['tiktok.com', 'tiktokv.com'],
    apps: ['com.zhiliaoapp.musically', 'com.ss.android.ugc.trill'],
    names: ['tiktok_ads', 'tik_tok', 'tt'],
  },
  {
    platform: 'snapchat',
    kind: 'social',
    hosts: ['snapchat.com'],
    apps: ['com.snapchat.android'],
    names: ['snap', 'snapchat_ads', 'sc'],
  },
  {
    platform: 'mastodon',
    kind: 'social',
    hosts: [
      'mastodon.*',
      'mstdn.*',
      'fosstodon.org',
      'hachyderm.io',
      'mas.to',
      'infosec.exchange',
      'techhub.social',
      'chaos.social',
      'troet.cafe',
      'piaille.fr',
      'framapiaf.org',
      'mamot.fr',
      'social.tchncs.de',
      'ruhr.social',
      'norden.social',
      'mathstodon.xyz',
      'universeodon.com',
      'toot.community',
      'aus.social',
      'indieweb.social',
      'mastodonapp.uk',
      'mstdn.jp',
      'pawoo.net',
    ],
    apps: ['org.joinmastodon.android', 'com.keylesspalace.tusky'],
    names: ['fediverse', 'masto', 'toot'],
  },
  {
    platform: 'bluesky',
    kind: 'social',
    hosts: ['bsky.app', 'bsky.social', 'go.bsky.app'],
    apps: ['xyz.blueskyweb.app'],
    names: ['bsky'],
  },
  { platform: 'lemmy', kind: 'social', hosts: ['lemmy.*', 'beehaw.org', 'feddit.*'] },
  { platform: 'pixelfed', kind: 'social', hosts: ['pixelfed.*'] },
  {
    platform: 'tumblr',
    kind: 'social',
    hosts: ['tumblr.com', 't.umblr.com'],
    apps: ['com.tumblr'],
  },
  {
    platform: 'telegram',
    kind: 'social',
    hosts: ['telegram.org', 't.me', 'telegram.me'],
    apps: ['org.telegram.messenger', 'org.telegram.messenger.web'],
    names: ['tg'],
  },
  {
    platform: 'discord',
    kind: 'social',
    hosts: ['discord.com', 'discord.gg', 'discordapp.com'],
    apps: ['com.discord'],
  },
  { platform: 'slack', kind: 'social', hosts: ['slack.com'], apps: ['com.slack', 'com.Slack'] },
  { platform: 'quora', kind: 'social', hosts: ['quora.com'] },
  {
    platform: 'hackernews',
    kind: 'social',
    hosts: ['news.ycombinator.com'],
    names: ['hn', 'hacker_news'],
  },
  { platform: 'producthunt', kind: 'social', hosts: ['producthunt.com'], names: ['product_hunt'] },
  {
    platform: 'vk',
    kind: 'social',
    hosts: ['vk.com', 'vk.ru', 'away.vk.com'],
    apps: ['com.vkontakte.android'],
    names: ['vkontakte'],
  },
  { platform: 'ok', kind: 'social', hosts: ['ok.ru', 'odnoklassniki.ru'], apps: ['ru.ok.android'] },
  { platform: 'weibo', kind: 'social', hosts: ['weibo.com', 'weibo.cn', 't.cn'] },
  {
    platform: 'wechat',
    kind: 'social',
    hosts: ['weixin.qq.com', 'wechat.com'],
    apps: ['com.tencent.mm'],
    names: ['weixin'],
  },
  { platform: 'qq', kind: 'social', hosts: ['qzone.qq.com'] },
  {
    platform: 'xiaohongshu',
    kind: 'social',
    hosts: ['xiaohongshu.com', 'xhslink.com'],
    names: ['rednote', 'xhs'],
  },
  { platform: 'douyin', kind: 'social', hosts: ['douyin.com'] },
  { platform: 'line', kind: 'social', hosts: ['line.me'], apps: ['jp.naver.line.android'] },
  {
    platform: 'kakao',
    kind: 'social',
    hosts: ['kakao.com'],
    apps: ['com.kakao.talk'],
    names: ['kakaotalk'],
  },
  { platform: 'xing', kind: 'social', hosts: ['xing.com'] },
  { platform: 'medium', kind: 'social', hosts: ['medium.com'] },
  { platform: 'substack', kind: 'social', hosts: ['substack.com'] },
  {
    platform: 'flipboard',
    kind: 'social',
    hosts: ['flipboard.com', 'flip.it'],
    apps: ['flipboard.app'],
  },
  { platform: 'nextdoor', kind: 'social', hosts: ['nextdoor.*'] },
  { platform: 'meetup', kind: 'social', hosts: ['meetup.com'] },
  { platform: 'linktree', kind: 'social', hosts: ['linktr.ee'] },
  { platform: 'beacons', kind: 'social', hosts: ['beacons.ai'] },
  { platform: 'patreon', kind: 'social', hosts: ['patreon.com'] },
];

const video: readonly Source[] = [
  {
    platform: 'youtube',
    kind: 'video',
    hosts: ['youtube.com', 'youtu.be', 'youtube-nocookie.com'],
    apps: ['com.google.android.youtube'],
    names: ['yt', 'youtube_ads'],
  },
  { platform: 'vimeo', kind: 'video', hosts: ['vimeo.com'] },
  { platform: 'twitch', kind: 'video', hosts: ['twitch.tv'], apps: ['tv.twitch.android.app'] },
  { platform: 'dailymotion', kind: 'video', hosts: ['dailymotion.com', 'dai.ly'] },
  { platform: 'peertube', kind: 'video', hosts: ['peertube.*', 'joinpeertube.org'] },
  { platform: 'bilibili', kind: 'video', hosts: ['bilibili.com', 'b23.tv'] },
  { platform: 'kick', kind: 'video', hosts: ['kick.com'] },
  { platform: 'rumble', kind: 'video', hosts: ['rumble.com'] },
  { platform: 'odysee', kind: 'video', hosts: ['odysee.com'] },
];

const assistants: readonly Source[] = [
  {
    platform: 'chatgpt',
    kind: 'assistant',
    hosts: ['chatgpt.com', 'chat.openai.com', 'openai.com'],
    apps: ['com.openai.chatgpt'],
  },
  {
    platform: 'perplexity',
    kind: 'assistant',
    hosts: ['perplexity.ai'],
    apps: ['ai.perplexity.app.android'],
  },
  { platform: 'claude', kind: 'assistant', hosts: ['claude.ai'], apps: ['com.anthropic.claude'] },
  {
    platform: 'gemini',
    kind: 'assistant',
    hosts: ['gemini.google.com', 'bard.google.com'],
    apps: ['com.google.android.apps.bard'],
  },
  {
    platform: 'copilot',
    kind: 'assistant',
    hosts: ['copilot.microsoft.com', 'copilot.com'],
    apps: ['com.microsoft.copilot'],
  },
  { platform: 'deepseek', kind: 'assistant', hosts: ['deepseek.com'] },
  { platform: 'grok', kind: 'assistant', hosts: ['grok.com', 'x.ai'] },
  { platform: 'mistral', kind: 'assistant', hosts: ['mistral.ai'], names: ['le_chat', 'lechat'] },
  { platform: 'meta-ai', kind: 'assistant', hosts: ['meta.ai'], names: ['meta_ai'] },
  { platform: 'poe', kind: 'assistant', hosts: ['poe.com'] },
  { platform: 'phind', kind: 'assistant', hosts: ['phind.com'] },
  { platform: 'you', kind: 'assistant', hosts: ['you.com'] },
];

const mail: readonly Source[] = [
  { platform: 'gmail', kind: 'mail', hosts: ['mail.google.com'], apps: ['com.google.android.gm'] },
  {
    platform: 'outlook',
    kind: 'mail',
    hosts: [
      'outlook.live.com',
      'outlook.office.com',
      'outlook.office365.com',
      'mail.live.com',
      'hotmail.com',
    ],
    apps: ['com.microsoft.office.outlook'],
  },
  {
    platform: 'yahoo-mail',
    kind: 'mail',
    hosts: ['mail.yahoo.com', 'mail.yahoo.co.jp'],
    apps: ['com.yahoo.mobile.client.android.mail'],
  },
  {
    platform: 'proton-mail',
    kind: 'mail',
    hosts: ['mail.proton.me', 'mail.protonmail.com'],
    apps: ['ch.protonmail.android'],
  },
  { platform: 'icloud-mail', kind: 'mail', hosts: ['icloud.com'] },
  { platform: 'aol-mail', kind: 'mail', hosts: ['mail.aol.com'] },
  { platform: 'gmx', kind: 'mail', hosts: ['gmx.*', 'gmx.co.uk'] },
  { platform: 'web.de', kind: 'mail', hosts: ['web.de'] },
  { platform: 't-online', kind: 'mail', hosts: ['email.t-online.de'] },
  {
    platform: 'orange-mail',
    kind: 'mail',
    hosts: ['messagerie.orange.fr', 'webmail.orange.fr', 'mail.orange.fr'],
  },
  { platform: 'zoho-mail', kind: 'mail', hosts: ['mail.zoho.com', 'mail.zoho.eu'] },
  { platform: 'fastmail', kind: 'mail', hosts: ['fastmail.com'] },
  { platform: 'mail.ru', kind: 'mail', hosts: ['e.mail.ru', 'mail.ru'] },
  { platform: 'yandex-mail', kind: 'mail', hosts: ['mail.yandex.ru', 'mail.yandex.com'] },
  { platform: 'mailchimp', kind: 'mail', hosts: ['list-manage.com', 'mailchi.mp'] },
  { platform: 'klaviyo', kind: 'mail', hosts: ['klclick.com', 'klclick1.com', 'klaviyo.com'] },
  { platform: 'brevo', kind: 'mail', hosts: ['sendibm1.com', 'brevo.com'], names: ['sendinblue'] },
  { platform: 'email', kind: 'mail', hosts: [], names: ['e-mail', 'mail', 'mailing'] },
  { platform: 'newsletter', kind: 'mail', hosts: [], names: ['newsletters'] },
];

/** Where people pay: on the way back they bring no visit. */
const payment: readonly Source[] = [
  {
    platform: 'stripe',
    kind: 'payment',
    hosts: [
      'checkout.stripe.com',
      'hooks.stripe.com',
      'pay.stripe.com',
      'buy.stripe.com',
      'js.stripe.com',
      'link.com',
    ],
  },
  { platform: 'paypal', kind: 'payment', hosts: ['paypal.com', 'paypalobjects.com'] },
  {
    platform: 'klarna',
    kind: 'payment',
    hosts: ['pay.klarna.com', 'payments.klarna.com', 'checkout.klarna.com'],
  },
  { platform: 'adyen', kind: 'payment', hosts: ['adyen.com', 'adyenpayments.com'] },
  { platform: 'mollie', kind: 'payment', hosts: ['mollie.com'] },
  { platform: 'worldpay', kind: 'payment', hosts: ['worldpay.com'] },
  {
    platform: 'checkout.com',
    kind: 'payment',
    hosts: ['pay.checkout.com', '3ds2.checkout.com', 'authentication.checkout.com'],
  },
  { platform: 'shop-pay', kind: 'payment', hosts: ['checkout.shopify.com', 'pay.shopify.com'] },
  {
    platform: 'afterpay',
    kind: 'payment',
    hosts: ['portal.afterpay.com', 'portal.clearpay.co.uk'],
  },
  { platform: 'affirm', kind: 'payment', hosts: ['affirm.com'] },
  { platform: 'alma', kind: 'payment', hosts: ['pay.getalma.eu', 'checkout.getalma.eu'] },
  { platform: 'oney', kind: 'payment', hosts: ['oney.io', 'oney.fr'] },
  { platform: 'sofort', kind: 'payment', hosts: ['sofort.com', 'giropay.de'] },
  {
    platform: 'amazon-pay',
    kind: 'payment',
    hosts: [
      'pay.amazon.com',
      'payments.amazon.com',
      'payments.amazon.de',
      'payments.amazon.fr',
      'payments.amazon.co.uk',
    ],
  },
  { platform: 'google-pay', kind: 'payment', hosts: ['pay.google.com', 'payments.google.com'] },
  { platform: 'redsys', kind: 'payment', hosts: ['redsys.es'] },
  { platform: 'payplug', kind: 'payment', hosts: ['secure.payplug.com'] },
  { platform: 'sumup', kind: 'payment', hosts: ['checkout.sumup.com', 'pay.sumup.com'] },
  { platform: 'square', kind: 'payment', hosts: ['checkout.square.site', 'squareup.com'] },
  { platform: 'razorpay', kind: 'payment', hosts: ['api.razorpay.com', 'checkout.razorpay.com'] },
  { platform: 'mercadopago', kind: 'payment', hosts: ['mercadopago.*'] },
  {
    platform: '3-d-secure',
    kind: 'payment',
    hosts: ['arcot.com', '3dsecure.io', 'cardinalcommerce.com', 'wlp-acs.com', 'rsa3dsauth.com'],
  },
];

/** Sites of networks above that are no search, and other senders with a name of their own. */
const sites: readonly Source[] = [
  {
    platform: 'google',
    kind: 'site',
    hosts: [
      'accounts.google.com',
      'docs.google.com',
      'drive.google.com',
      'sites.google.com',
      'meet.google.com',
      'calendar.google.com',
      'classroom.google.com',
      'groups.google.com',
    ],
  },
  {
    platform: 'google-news',
    kind: 'site',
    hosts: ['news.google.com'],
    apps: ['com.google.android.apps.magazines'],
  },
  { platform: 'google-discover', kind: 'site', hosts: ['discover.google.com'] },
  {
    platform: 'microsoft',
    kind: 'site',
    hosts: [
      'teams.microsoft.com',
      'statics.teams.cdn.office.net',
      'office.com',
      'login.microsoftonline.com',
    ],
    apps: ['com.microsoft.teams'],
  },
  { platform: 'msn', kind: 'site', hosts: ['msn.com', 'ntp.msn.com'] },
  { platform: 'amazon', kind: 'site', hosts: ['amazon.*', 'amzn.to', 'a.co'] },
  { platform: 'ebay', kind: 'site', hosts: ['ebay.*'] },
  { platform: 'etsy', kind: 'site', hosts: ['etsy.com', 'etsy.me'] },
  { platform: 'wikipedia', kind: 'site', hosts: ['wikipedia.org'] },
  { platform: 'github', kind: 'site', hosts: ['github.com'] },
  { platform: 'trustpilot', kind: 'site', hosts: ['trustpilot.com'] },
  { platform: 'tripadvisor', kind: 'site', hosts: ['tripadvisor.*'] },
  { platform: 'yelp', kind: 'site', hosts: ['yelp.*'] },
  { platform: 'idealo', kind: 'site', hosts: ['idealo.*'] },
];

export const sources: readonly Source[] = [
  ...search,
  ...social,
  ...video,
  ...assistants,
  ...mail,
  ...payment,
  ...sites,
];

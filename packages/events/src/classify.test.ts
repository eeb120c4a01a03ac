import { describe, expect, it } from 'vitest';
import { type ClassificationInput, classify } from './classify.js';
import { readLanding } from './landing.js';

const url = 'https://www.shop.example/p';

function dimensions(input: Partial<ClassificationInput>): string {
  const address = input.url ?? url;
  const { platform, medium, mediaType } = classify({
    type: 'page',
    platform: '',
    medium: '',
    mediaType: '',
    utm: readLanding(address).utm,
    referrer: '',
    ownDomains: ['own.example', '*.wide.example'],
    sessionStart: false,
    ...input,
    url: address,
  });
  return `${platform} ${medium} ${mediaType}`;
}

function touchpoint(input: Partial<ClassificationInput>): boolean {
  const address = input.url ?? url;
  return classify({
    ...{ type: 'page', platform: '', medium: '', mediaType: '', referrer: '' },
    utm: readLanding(address).utm,
    ownDomains: ['own.example', '*.wide.example'],
    sessionStart: false,
    ...input,
    url: address,
  }).touchpoint;
}

const tagged = (query: string, referrer = '') => dimensions({ url: `${url}?${query}`, referrer });

describe('referrers', () => {
  it.each([
    ['https://www.google.co.uk/', 'google organic earned'],
    ['https://duckduckgo.com/', 'duckduckgo organic earned'],
    ['https://t.co/abc', 'x social earned'],
    ['https://lnkd.in/abc', 'linkedin social earned'],
    ['https://l.facebook.com/l.php?u=x', 'facebook social earned'],
    ['https://lm.facebook.com/', 'facebook social earned'],
    ['https://l.instagram.com/', 'instagram social earned'],
    ['https://out.reddit.com/', 'reddit social earned'],
    ['https://youtu.be/x', 'youtube social earned'],
    ['https://mastodon.example/@ada', 'mastodon social earned'],
    ['https://go.bsky.app/redirect', 'bluesky social earned'],
    ['https://mail.google.com/', 'gmail email owned'],
    ['https://mail.yahoo.com/', 'yahoo-mail email owned'],
    ['android-app://com.google.android.gm/', 'gmail email owned'],
    ['android-app://com.facebook.katana', 'facebook social earned'],
    ['android-app://org.example.app', 'org.example.app referral earned'],
    ['https://chatgpt.com/', 'chatgpt referral earned'],
    ['https://gemini.google.com/app', 'gemini referral earned'],
    ['https://www.perplexity.ai/search/x', 'perplexity referral earned'],
    ['https://edgeservices.bing.com/edgesvc/shell', 'copilot referral earned'],
    ['https://claude.ai/', 'claude referral earned'],
    ['https://yiyan.baidu.com/', 'ernie referral earned'],
    ['https://l.threads.com/?u=x', 'threads social earned'],
    ['https://l.wl.co/l?u=x', 'whatsapp social earned'],
    ['https://slack-redir.net/link?url=x', 'slack social earned'],
    ['https://linkin.bio/shop', 'linkinbio social earned'],
    ['https://eur01.safelinks.protection.outlook.com/?url=x', 'outlook email owned'],
    ['https://suche.web.de/', 'web.de-search organic earned'],
    ['https://bit.ly/3x', 'bitly referral earned'],
    ['https://shop.app.link/x', 'branch referral earned'],
    ['android-app://com.whatsapp.w4b', 'whatsapp social earned'],
    ['https://accounts.google.com/', 'google referral earned'],
    ['https://blog.writer.example/post', 'writer.example referral earned'],
    ['https://notgoogle.com/', 'notgoogle.com referral earned'],
    ['https://google.com.evil.example/', 'evil.example referral earned'],
    ['http://192.0.2.7/', '192.0.2.7 referral earned'],
  ])('%s: %s', (referrer, expected) => {
    expect(dimensions({ referrer })).toBe(expected);
    expect(touchpoint({ referrer })).toBe(true);
  });

  it.each([
    [''],
    ['https://shop.example/'],
    ['https://WWW.Shop.Example:8443/x'],
    ['https://own.example/'],
    ['https://www.own.example/'],
    ['https://deep.wide.example/'],
    ['https://wide.example/'],
    ['https://checkout.stripe.com/pay'],
    ['https://www.paypal.com/'],
    ['https://secure.przelewy24.pl/trnRequest/x'],
    ['https://ssl.payu.in/'],
    ['https://secure.ogone.com/ncol/prod/orderstandard_utf8.asp'],
    ['https://js.klarna.com/'],
    ['https://shop.app/checkout/1/cn/x/shoppay'],
    ['not an url'],
  ])('%j brings nobody', (referrer) => {
    expect(dimensions({ referrer })).toBe(' direct ');
    expect(touchpoint({ referrer })).toBe(false);
  });

  it('of a till that is a marketplace too counts where its links are tagged', () => {
    const [url, referrer] = ['https://shop.example/?utm_source=shop_app', 'https://shop.app/'];
    expect([dimensions({ url, referrer }), touchpoint({ url, referrer })]).toEqual([
      'shop_app other ',
      true,
    ]);
  });

  it('of a subdomain is another host unless the workspace says so', () => {
    expect(touchpoint({ referrer: 'https://sub.own.example/' })).toBe(true);
    expect(touchpoint({ referrer: 'https://blog.shop.example/' })).toBe(true);
  });
});

describe('hosts in other letters', () => {
  const ownDomains = ['müller.example', '*.Bücher.example', '*.xn--lden-loa.example'];

  it.each([
    ['https://xn--mller-kva.example/a', url],
    ['https://www.MÜLLER.example/a', url],
    ['https://a.xn--bcher-kva.example/', url],
    ['https://a.läden.example/', url],
    ['https://xn--gre-6ka8i.example/', 'https://www.größe.example/p'],
    ['https://größe.example/', 'https://xn--gre-6ka8i.example/p'],
  ])('%s is no other site on %s', (referrer, page) => {
    expect(touchpoint({ referrer, url: page, ownDomains })).toBe(false);
  });

  it.each(['https://blog.schön.example/', 'https://blog.xn--schn-7qa.example/'])(
    '%s is named as browsers send it',
    (referrer) => {
      expect(dimensions({ referrer })).toBe('xn--schn-7qa.example referral earned');
    },
  );

  it('that are no hosts stay as they are', () => {
    expect(dimensions({ referrer: 'https://ö%/' })).toBe('ö% referral earned');
  });
});

describe('utm', () => {
  it.each([
    ['utm_source=newsletter&utm_medium=email', 'newsletter email owned'],
    ['utm_source=facebook&utm_medium=cpc', 'facebook paid_social paid'],
    ['utm_source=fb&utm_medium=paid_social', 'facebook paid_social paid'],
    ['utm_source=ig&utm_medium=social', 'instagram social owned'],
    ['utm_source=Twitter', 'x social owned'],
    ['utm_source=google&utm_medium=cpc', 'google cpc paid'],
    ['utm_source=google&utm_medium=CPM', 'google display paid'],
    ['utm_source=tiktok&utm_medium=cpm', 'tiktok paid_social paid'],
    ['utm_source=youtube&utm_medium=Paid%20Video', 'youtube paid_social paid'],
    ['utm_source=awin&utm_medium=affiliate', 'awin affiliate paid'],
    ['utm_source=ada&utm_medium=influencer', 'ada influencer paid'],
    ['utm_source=chatgpt.com', 'chatgpt referral earned'],
    ['utm_source=l.facebook.com', 'facebook social owned'],
    ['utm_source=somewhere', 'somewhere other '],
    ['utm_source=buffer', 'buffer other '],
    ['utm_source=buffer&utm_medium=social', 'buffer social owned'],
    ['utm_source=somewhere&utm_medium=strange', 'somewhere other '],
    ['utm_campaign=spring', ' other '],
    ['utm_source=google&utm_medium=organic', 'google organic earned'],
    ['utm_source=bing', 'bing organic earned'],
  ])('%s: %s', (query, expected) => {
    expect(tagged(query)).toBe(expected);
  });

  it('goes before click ids and referrer, which fill what it leaves open', () => {
    expect(tagged('utm_source=newsletter&utm_medium=email&gclid=1')).toBe('newsletter email owned');
    expect(tagged('utm_campaign=spring&gclid=1')).toBe('google cpc paid');
    expect(tagged('utm_campaign=spring', 'https://t.co/x')).toBe('x social owned');
    expect(tagged('utm_medium=paid', 'https://t.co/x')).toBe('x paid_social paid');
    expect(tagged('utm_medium=paid&fbclid=1')).toBe('facebook paid_social paid');
  });
});

describe('ad click ids', () => {
  it.each([
    ['gclid=1', 'google cpc paid'],
    ['gbraid=1', 'google cpc paid'],
    ['wbraid=1', 'google cpc paid'],
    ['dclid=1', 'google display paid'],
    ['fbclid=1', 'facebook social earned'],
    ['msclkid=1', 'bing cpc paid'],
    ['ttclid=1', 'tiktok paid_social paid'],
    ['twclid=1', 'x paid_social paid'],
    ['li_fat_id=1', 'linkedin paid_social paid'],
    ['rdt_cid=1', 'reddit paid_social paid'],
    ['epik=1', 'pinterest paid_social paid'],
    ['ScCid=1', 'snapchat paid_social paid'],
    ['yclid=1', 'yandex cpc paid'],
  ])('%s: %s, a touchpoint', (query, expected) => {
    expect(tagged(query)).toBe(expected);
    expect(touchpoint({ url: `${url}?${query}` })).toBe(true);
  });

  it('leave the platform to a referrer of the same family', () => {
    expect(tagged('fbclid=1', 'https://l.instagram.com/')).toBe('instagram social earned');
    expect(tagged('fbclid=1', 'https://www.google.com/')).toBe('facebook social earned');
  });
});

describe('stated dimensions', () => {
  it('win', () => {
    const stated = { platform: 'mastodon', medium: 'other', mediaType: 'paid' };
    expect(dimensions({ ...stated, referrer: 'https://t.co/' })).toBe('mastodon other paid');
    expect(dimensions({ medium: 'email', referrer: 'https://t.co/' })).toBe('x email owned');
  });

  it('are not completed out of nothing', () => {
    expect(dimensions({ type: 'click', platform: 'mastodon', medium: 'social' })).toBe(
      'mastodon social ',
    );
  });
});

describe('direct', () => {
  it('is a page alone, with none of utm, ad click ids and external referrer', () => {
    expect(dimensions({})).toBe(' direct ');
    for (const type of ['view', 'click', 'lead', 'purchase', 'identify']) {
      expect(dimensions({ type })).toBe('  ');
    }
    expect(dimensions({ medium: 'email' })).toBe(' email ');
    expect(tagged('rosi_click=k')).toBe('  ');
  });
});

describe('touchpoints', () => {
  it('are views, clicks, interactions, whatever else', () => {
    for (const type of ['view', 'click', 'interaction']) expect(touchpoint({ type })).toBe(true);
    for (const type of ['lead', 'purchase', 'identify', 'refund']) {
      expect(touchpoint({ type, sessionStart: true, url: `${url}?gclid=1` })).toBe(false);
    }
  });

  it('are pages that begin a visit', () => {
    expect(touchpoint({})).toBe(false);
    expect(touchpoint({ sessionStart: true })).toBe(true);
    expect(touchpoint({ url: `${url}?utm_term=x` })).toBe(true);
    expect(touchpoint({ url: '', referrer: 'https://other.example/' })).toBe(true);
    expect(touchpoint({ url: `${url}?gclid=` })).toBe(false);
  });

  it('are no pages that a tracked link led to: its click already is one', () => {
    const rest = { sessionStart: true, referrer: 'https://t.co/' };
    expect(touchpoint({ ...rest, url: `${url}?utm_source=a&gclid=1&rosi_click=k` })).toBe(false);
    expect(touchpoint({ type: 'click', url: `${url}?rosi_click=k` })).toBe(true);
  });
});

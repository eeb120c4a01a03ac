/** Faults in what the collector makes of the pixel's requests. */
import { type Fault, faultsOf } from './fault.js';

const folder = 'services/collector/src/pixel';

export const pixelFaults: readonly Fault[] = [
  ...faultsOf(`${folder}/pixel-events.ts`, `${folder}/pixel-events.test.ts`, [
    {
      name: 'the page wins over the cookie',
      find: 'facts.cookieId ?? statedId(named)',
      replace: 'statedId(named) ?? facts.cookieId',
      breaks: 'In Safari everybody is new after a week.',
    },
    {
      name: 'the cookie names who refuses',
      find: 'may(event) && visitorId !== null ?',
      replace: 'visitorId !== null ?',
      breaks: 'Who refuses is sent to the log under an id.',
    },
    {
      name: 'a reloaded landing page arrives again',
      find: 'const address = starts ? url : withoutCampaign(url);',
      replace: 'const address = url;',
      breaks: 'Reloading earns credit.',
    },
    {
      name: 'a purchase keeps its random id',
      find: '{ ...event, event_id: name.length',
      replace: '{ event_id: name, ...event, x: name.length',
      breaks: 'Each reload of the thank-you page is an event.',
    },
    {
      name: 'the visitor names the purchase',
      find: 'anonymous_id !== undefined]',
      replace: 'anonymous_id]',
      breaks: 'Who opens a forwarded confirmation becomes the buyer.',
    },
    {
      name: 'wrong clocks are believed',
      find: 'Math.abs(late) <= clockMsMax',
      replace: 'Math.abs(late) >= 0',
      breaks: 'A clock that is two days ahead loses its events.',
    },
  ]),
  ...faultsOf(`${folder}/pixel-request.ts`, `${folder}/route.test.ts`, [
    {
      name: 'scripts read the cookie',
      find: 'HttpOnly; Secure',
      replace: 'Secure',
      breaks: 'The cookie lasts no longer than a script’s.',
    },
    {
      name: 'the cookie of a withdrawn consent stays',
      find: 'else if (withdrawn &&',
      replace: 'else if (!withdrawn &&',
      breaks: 'Who withdraws is recognised again when asked later.',
    },
    {
      name: 'a cookie for a shared domain',
      find: 'site !== null && site === siteOf',
      replace: 'site !== null || site === siteOf',
      breaks: 'Behind some proxies no browser keeps the cookie.',
    },
  ]),
];

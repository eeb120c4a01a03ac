// Compares the table of sources (packages/events/src/sources.ts) with the public list that Matomo
// keeps (search engines, social networks, AI assistants; CC0): how a release learns of new ones.
// A person decides what of it is taken over. Usage, after `npm run build`:
//   git clone --depth 1 <the list's repository> /tmp/list && node scripts/compare-sources.mjs /tmp/list
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classify } from '@rosi/events';
import { parse } from 'yaml';

const [folder = ''] = process.argv.slice(2);
const kinds = [
  { file: 'AIAssistants.yml', medium: 'referral' },
  { file: 'Socials.yml', medium: 'social' },
  { file: 'SearchEngines.yml', medium: 'organic' },
];
if (!kinds.every(({ file }) => existsSync(join(folder, file)))) {
  console.error('Name the folder with SearchEngines.yml, Socials.yml and AIAssistants.yml.');
  process.exit(2);
}

/** A list of hosts, or of configurations that each have hosts; `{}` is any country. */
function hostsOf(entry) {
  const urls = entry.flatMap((one) => (typeof one === 'string' ? [one] : one.urls));
  return urls
    .map((url) => url.replace('{}.', '').replace('.{}', '.com').split('/')[0])
    .filter((host) => host.includes('.'));
}

const page = { type: 'page', platform: '', medium: '', mediaType: '', utm: null, ownDomains: [] };

for (const { file, medium } of kinds) {
  const unknown = [];
  let known = 0;
  for (const [name, entry] of Object.entries(parse(readFileSync(join(folder, file), 'utf8')))) {
    const missing = hostsOf(entry).filter((host) => {
      const referrer = `https://${host}/`;
      const found = classify({ ...page, url: 'https://x.example/', referrer, sessionStart: false });
      const isNamed = medium !== 'referral' || !host.endsWith(found.platform);
      return found.medium !== medium || !isNamed;
    });
    if (missing.length === 0) known += 1;
    else unknown.push(`  ${name}: ${missing.slice(0, 4).join(', ')}`);
  }
  console.log(`${file}: ${known} as in the list, ${unknown.length} not:\n${unknown.join('\n')}`);
}

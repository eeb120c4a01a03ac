/**
 * Two keys decide who is who: with another hash key a person is a stranger, with another suppression
 * key repeats count again. On Kafka each process holds its own against those that the installation
 * was begun with, by fingerprints that tell nothing of the keys.
 */
import { createHmac } from 'node:crypto';
import { RosiError } from '@rosi/service-kit';
import { type AgreementPlace, agreeOn, type Facts } from '@rosi/streams-kafka';
import { type FoundKeys, type KeyName, keyVariables } from './keys.js';
import type { PartNames } from './part-names.js';

const fingerprintCharacters = 16;
const agreed: readonly (readonly [name: KeyName, fact: string, consequence: string])[] = [
  ['hashKey', 'hash_key', 'known persons would be strangers'],
  ['suppressionKey', 'suppression_key', 'repeats would count again, and erased persons come back'],
];

/** Throws a RosiError (exit code 2) that names the variable. The first process decides. */
export async function agreeOnKeys(
  place: AgreementPlace,
  found: FoundKeys,
  parts: PartNames,
): Promise<Facts> {
  const used = agreed.filter(([name]) => isUsed(name, parts));
  const stated = used.map(([name, fact]) => [fact, fingerprint(found.keys[name])] as const);
  const decided = await agreeOn(place, Object.fromEntries(stated));
  for (const [name, fact, consequence] of used) {
    if (decided[fact] === fingerprint(found.keys[name])) continue;
    const origin = found.made.has(name)
      ? `was made just now (in ${found.path}) and is another one`
      : 'is another one';
    throw new RosiError(
      'ROSI_CONFIG_INVALID',
      `${keyVariables[name]} ${origin} than the installation on Kafka with the prefix ` +
        `"${place.prefix}" was begun with: ${consequence}. Set ${keyVariables[name]} to the value ` +
        'of the other processes (or to what their keys.json has).',
    );
  }
  return decided;
}

function isUsed(name: KeyName, parts: PartNames): boolean {
  if (name === 'hashKey') return parts.has('collector');
  return parts.has('stitcher') || parts.has('loader');
}

function fingerprint(key: string): string {
  const digest = createHmac('sha256', key).update('rosi: fingerprint of an installation').digest();
  return digest.toString('base64url').slice(0, fingerprintCharacters);
}

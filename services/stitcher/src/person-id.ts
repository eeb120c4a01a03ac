/** Person ids as the stitcher makes them: 128 bits of SHA-256 over the representative. */
import { hash } from 'node:crypto';
import { personIdOf } from '@rosi/identity';

const DIGEST_CHARACTERS = 22;

/** 128 bits of SHA-256 in base64url: 22 characters. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, DIGEST_CHARACTERS);
}

/** The person of an identifier that is linked to nothing, or shared. */
export function ownPersonId(identifierKey: string): string {
  return personIdOf(identifierKey, digest);
}

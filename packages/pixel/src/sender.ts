/**
 * Brings events to the collector. An event that may be kept is kept in the browser until it is
 * known to have arrived, and sent again as it is: after a while, when the network is back, and on
 * the next page. What must not be kept is sent again while its page lives.
 */
import { isKnownAs, may, randomId } from './visitor.js';

const prefix = 'rosi.';
const eventsMax = 30;
const storedMax = 99;
/** What browsers let requests hold that outlive their page. */
const keepaliveCharactersMax = 6e4;
const waitMsFirst = 1e3;
const waitMsMax = 6e4;

const waiting = new Map<string, object>();
let store: Record<string, string> = {};
let endpoint: string;
let underWay = false;
let waitMs = waitMsFirst;
let timer: unknown;

/** Takes up what earlier pages could not deliver, too. */
export function sendTo(address: string): void {
  endpoint = address;
  try {
    store = localStorage;
  } catch {} // Blocked.
  for (const key of storedKeys()) waiting.set(key, JSON.parse(store[key]!));
  later(0);
}

const storedKeys = () => Object.keys(store).filter((key) => key.startsWith(prefix));
/** The page's clock goes with the events: the collector sets wrong ones right. */
const url = () => endpoint + Date.now();
const batch = () => [...waiting].slice(0, eventsMax);
const bodyOf = (events: [string, object][]) => JSON.stringify(events.map(([, event]) => event));

/** `keep`: also beyond the life of the page. */
export function send(event: object, keep: boolean): void {
  const key = prefix + randomId();
  waiting.set(key, event);
  try {
    if (keep && storedKeys().length < storedMax) store[key] = JSON.stringify(event);
  } catch {} // Full: it is sent all the same.
  // One request for what happens at once.
  if (waitMs === waitMsFirst) later(0);
}

function later(ms: number): void {
  clearTimeout(timer as number);
  timer = setTimeout(flush, ms);
}

export async function flush(): Promise<void> {
  if (underWay || !waiting.size) return;
  underWay = true;
  const events = batch();
  const arrived = await deliver(bodyOf(events));
  underWay = false;
  if (arrived) for (const [key] of events) drop(key);
  waitMs = arrived ? waitMsFirst : Math.min(waitMs * 2, waitMsMax);
  later(arrived ? 0 : waitMs);
}

function drop(key: string): void {
  waiting.delete(key);
  delete store[key];
}

/** False: to be sent again. */
async function deliver(body: string): Promise<boolean> {
  try {
    const answer = await fetch(url(), {
      method: 'POST',
      body, // A text needs no preflight.
      credentials: 'include',
      keepalive: body.length < keepaliveCharactersMax,
    });
    if (answer.status > 499 || answer.status === 429) return false;
    const known = answer.headers.get('x-rosi-id');
    if (known && may()) isKnownAs(known);
    const said = await answer.json();
    (said.rejected ?? [said.error]).forEach(warn);
    return true;
  } catch {
    return false;
  }
}

/** The page may be about to go. What is under way goes twice, and counts once. */
export function leave(): void {
  if (waiting.size) navigator.sendBeacon(url(), bodyOf(batch()));
}

/** Drops what is kept. */
export function forget(): void {
  for (const key of [...waiting.keys(), ...storedKeys()]) drop(key);
}

/** With what the collector refused and why, for who builds the page. */
export const warn = (problem: unknown): void => console.warn('rosi:', problem);

/** Networks that requests come from, as limits and visitors are told apart by. */
import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

const networks = new WeakMap<FastifyRequest, string>();

/** Where a request comes from. To read it behind proxies takes microseconds, and many limits ask. */
export function networkOfRequest(request: FastifyRequest): string {
  const known = networks.get(request);
  if (known !== undefined) return known;
  const network = networkOf(request.ip);
  networks.set(request, network);
  return network;
}

/** An IPv4 address as it is, of an IPv6 one the network (/64), within which devices change theirs. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  return groupsOf(address).slice(0, networkGroups).join(':');
}

const networkGroups = 4;
const addressGroups = 8;

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [bare = ''] = address.toLowerCase().split('%');
  const [head = '', tail] = bare.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const before = groups(head);
  const after = groups(tail ?? '');
  const missing =
    tail === undefined ? 0 : Math.max(0, addressGroups - before.length - after.length);
  const all = [...before, ...new Array<string>(missing).fill('0'), ...after];
  return all.map((group) => group.replace(/^0+(?=.)/, ''));
}

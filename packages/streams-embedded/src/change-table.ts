/**
 * Changes of state in memory: one behind the other as they were made, each with its key and its new
 * value or that it was removed, and a hash table of the newest of each key. There may be hundreds of
 * thousands of them and each key is asked for several times, so they are bytes and numbers and
 * no objects: nothing of it is V8's to move or to collect.
 */

/** Key's length, value's length. */
const HEAD_BYTES = 6;
const REMOVED = 0xffffffff;
const BYTES_FIRST = 64 * 1024;
const SLOTS_FIRST = 1024;
/** Prefixes that ranges are asked for end as strings of keys do (state-key.ts). */
const STRING_ENDS = [0, 1] as const;
/** A prefix of one string alone is a whole workspace. */
const STRINGS_MIN = 2;

const HASH_FIRST = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

export class ChangeTable {
  private bytes = Buffer.allocUnsafeSlow(BYTES_FIRST);
  private used = 0;
  private keys = 0;
  /** By number of the key: where its newest change is, and the key's hash. */
  private places = new Int32Array(SLOTS_FIRST);
  private hashes = new Int32Array(SLOTS_FIRST);
  /** Open addressing: one more than the number of a key (0: free). */
  private slots = new Int32Array(2 * SLOTS_FIRST);
  private readonly prefixes = new PrefixChains();

  /** `prefixBytes`: so many at the beginning of each key are no string. */
  constructor(private readonly prefixBytes: number) {}

  /** How many keys were changed. */
  get size(): number {
    return this.keys;
  }

  /** One past the newest change. */
  get end(): number {
    return this.used;
  }

  /** Keeps a change; null: removed. */
  set(key: Uint8Array, value: Uint8Array | null): void {
    if (this.keys === this.places.length) this.grow();
    const hash = hashOf(key);
    const slot = this.slotOf(key, hash);
    const known = (this.slots[slot] as number) - 1;
    const place = this.append(key, value);
    if (known >= 0) {
      this.places[known] = place;
      return;
    }
    const number = this.keys;
    this.keys += 1;
    this.slots[slot] = number + 1;
    this.places[number] = place;
    this.hashes[number] = hash;
    this.chain(key, number);
  }

  /** The place of the key's newest change; negative: it was not changed. */
  find(key: Uint8Array): number {
    if (this.keys === 0) return -1;
    const number = (this.slots[this.slotOf(key, hashOf(key))] as number) - 1;
    return number < 0 ? -1 : (this.places[number] as number);
  }

  /** A view of the key. */
  keyAt(place: number): Buffer {
    const from = place + HEAD_BYTES;
    return this.bytes.subarray(from, from + this.keyLength(place));
  }

  /** A view of the value; null: removed. */
  valueAt(place: number): Buffer | null {
    const length = this.bytes.readUInt32LE(place + 2);
    if (length === REMOVED) return null;
    const from = place + HEAD_BYTES + this.keyLength(place);
    return this.bytes.subarray(from, from + length);
  }

  /** Places of all keys that begin with the prefix, in no order. */
  placesWith(prefix: Uint8Array): number[] {
    const found: number[] = [];
    if (this.keys === 0) return found;
    const consider = (number: number) => {
      const place = this.places[number] as number;
      const begins = this.keyLength(place) >= prefix.length;
      if (begins && this.isAt(place + HEAD_BYTES, prefix)) found.push(place);
    };
    if (stringsIn(prefix, this.prefixBytes) < STRINGS_MIN) {
      for (let number = 0; number < this.keys; number += 1) consider(number);
      return found;
    }
    const itself = this.find(prefix);
    if (itself >= 0) found.push(itself);
    this.prefixes.forEach(hashOf(prefix), consider);
    return found;
  }

  /** All keys, as texts of one character a byte: they compare as the bytes do. */
  texts(): string[] {
    const texts: string[] = [];
    for (let number = 0; number < this.keys; number += 1) {
      const place = this.places[number] as number;
      const from = place + HEAD_BYTES;
      texts.push(this.bytes.toString('latin1', from, from + this.keyLength(place)));
    }
    return texts;
  }

  /** The changes from one end to another, as they are stored. */
  stored(from: number, to: number): Buffer {
    return this.bytes.subarray(from, to);
  }

  /** Adds changes that were stored. */
  restore(stored: Buffer): void {
    for (let at = 0; at < stored.length; ) {
      const keyEnd = at + HEAD_BYTES + stored.readUInt16LE(at);
      const length = stored.readUInt32LE(at + 2);
      const end = keyEnd + (length === REMOVED ? 0 : length);
      const value = length === REMOVED ? null : stored.subarray(keyEnd, end);
      this.set(stored.subarray(at + HEAD_BYTES, keyEnd), value);
      at = end;
    }
  }

  clear(): void {
    if (this.bytes.length > BYTES_FIRST) this.bytes = Buffer.allocUnsafeSlow(BYTES_FIRST);
    if (this.places.length > SLOTS_FIRST) {
      this.places = new Int32Array(SLOTS_FIRST);
      this.hashes = new Int32Array(SLOTS_FIRST);
      this.slots = new Int32Array(2 * SLOTS_FIRST);
    } else if (this.keys > 0) this.slots.fill(0);
    this.prefixes.clear();
    this.used = 0;
    this.keys = 0;
  }

  private keyLength(place: number): number {
    return (this.bytes[place] as number) | ((this.bytes[place + 1] as number) << 8);
  }

  private isAt(from: number, wanted: Uint8Array): boolean {
    const { bytes } = this;
    // From the end: keys differ there.
    for (let at = wanted.length - 1; at >= 0; at -= 1) {
      if (bytes[from + at] !== wanted[at]) return false;
    }
    return true;
  }

  /** The key's slot, or the free one where it would be. */
  private slotOf(key: Uint8Array, hash: number): number {
    const { slots, hashes, places } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = (slots[slot] as number) - 1;
      if (number < 0) return slot;
      if (hashes[number] !== hash) continue;
      const place = places[number] as number;
      if (this.keyLength(place) === key.length && this.isAt(place + HEAD_BYTES, key)) return slot;
    }
  }

  private append(key: Uint8Array, value: Uint8Array | null): number {
    const place = this.used;
    const keyEnd = place + HEAD_BYTES + key.length;
    const end = keyEnd + (value?.length ?? 0);
    if (end > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, end));
      larger.set(this.bytes.subarray(0, this.used));
      this.bytes = larger;
    }
    this.bytes.writeUInt16LE(key.length, place);
    this.bytes.writeUInt32LE(value === null ? REMOVED : value.length, place + 2);
    this.bytes.set(key, place + HEAD_BYTES);
    if (value !== null) this.bytes.set(value, keyEnd);
    this.used = end;
    return place;
  }

  /** Makes a new key known under each of its beginnings that a range may be asked for. */
  private chain(key: Uint8Array, number: number): void {
    let strings = 0;
    let hash = HASH_FIRST;
    for (let at = 0; at < key.length - 1; at += 1) {
      const byte = key[at] as number;
      hash = Math.imul(hash ^ byte, HASH_FACTOR);
      if (byte !== STRING_ENDS[1] || key[at - 1] !== STRING_ENDS[0]) continue;
      if (at <= this.prefixBytes) continue;
      strings += 1;
      if (strings >= STRINGS_MIN) this.prefixes.add(finished(hash), number);
    }
  }

  private grow(): void {
    this.places = twice(this.places);
    this.hashes = twice(this.hashes);
    this.slots = new Int32Array(2 * this.places.length);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.keys; number += 1) {
      let slot = (this.hashes[number] as number) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}

/** Keys by the hash of a beginning of theirs; others of the same hash are among them. */
class PrefixChains {
  /** Of links; the first one is none. */
  private used = 1;
  private heads = new Int32Array(SLOTS_FIRST);
  /** By link: the hash, the number of the key, and the next link (0: none). */
  private hashes = new Int32Array(SLOTS_FIRST);
  private numbers = new Int32Array(SLOTS_FIRST);
  private nexts = new Int32Array(SLOTS_FIRST);

  add(hash: number, number: number): void {
    if (this.used === this.numbers.length) this.grow();
    const link = this.used;
    this.used += 1;
    this.hashes[link] = hash;
    this.numbers[link] = number;
    this.hang(link, hash);
  }

  forEach(hash: number, act: (number: number) => void): void {
    let link = this.heads[hash & (this.heads.length - 1)] as number;
    for (; link !== 0; link = this.nexts[link] as number) {
      if (this.hashes[link] === hash) act(this.numbers[link] as number);
    }
  }

  clear(): void {
    if (this.numbers.length > SLOTS_FIRST) {
      this.heads = new Int32Array(SLOTS_FIRST);
      this.hashes = new Int32Array(SLOTS_FIRST);
      this.numbers = new Int32Array(SLOTS_FIRST);
      this.nexts = new Int32Array(SLOTS_FIRST);
    } else if (this.used > 1) this.heads.fill(0);
    this.used = 1;
  }

  private hang(link: number, hash: number): void {
    const head = hash & (this.heads.length - 1);
    this.nexts[link] = this.heads[head] as number;
    this.heads[head] = link;
  }

  private grow(): void {
    this.hashes = twice(this.hashes);
    this.numbers = twice(this.numbers);
    this.nexts = new Int32Array(this.numbers.length);
    this.heads = new Int32Array(this.numbers.length);
    for (let link = 1; link < this.used; link += 1) this.hang(link, this.hashes[link] as number);
  }
}

function twice(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** FNV-1a: one pass gives the hash of a key and of each of its beginnings. */
function hashOf(bytes: Uint8Array): number {
  let hash = HASH_FIRST;
  for (let at = 0; at < bytes.length; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] as number), HASH_FACTOR);
  }
  return finished(hash);
}

/** Its lower bits alone choose a slot. */
const finished = (hash: number) => hash ^ (hash >>> 15);

/** How many strings the prefix holds; 0 when it does not end with one. */
function stringsIn(prefix: Uint8Array, from: number): number {
  let strings = 0;
  let isEnd = false;
  for (let at = from + 1; at < prefix.length; at += 1) {
    isEnd = prefix[at] === STRING_ENDS[1] && prefix[at - 1] === STRING_ENDS[0];
    if (isEnd) strings += 1;
  }
  return isEnd ? strings : 0;
}

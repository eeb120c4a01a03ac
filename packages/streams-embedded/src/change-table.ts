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
  /** Open addressing: a key's hash, and one more than the place of its newest change (0: free). */
  private hashes = new Int32Array(SLOTS_FIRST);
  private places = new Int32Array(SLOTS_FIRST);
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
    if (this.keys * 2 >= this.places.length) this.grow();
    const hash = hashOf(key, key.length);
    const slot = this.slotOf(key, hash);
    const isNew = this.places[slot] === 0;
    const place = this.append(key, value);
    this.places[slot] = place + 1;
    if (!isNew) return;
    this.hashes[slot] = hash;
    this.keys += 1;
    this.chain(key, place);
  }

  /** The place of the key's newest change; negative: it was not changed. */
  find(key: Uint8Array): number {
    if (this.keys === 0) return -1;
    return (this.places[this.slotOf(key, hashOf(key, key.length))] as number) - 1;
  }

  /** A view of the value; null: removed. */
  valueAt(place: number): Buffer | null {
    const length = this.bytes.readUInt32LE(place + 2);
    if (length === REMOVED) return null;
    const from = place + HEAD_BYTES + this.keyLength(place);
    return this.bytes.subarray(from, from + length);
  }

  /** Keys that begin with the prefix, as texts of one character a byte, in no order. */
  textsWith(prefix: Uint8Array): string[] {
    const found: string[] = [];
    const consider = (place: number) => {
      if (this.keyBeginsWith(place, prefix)) found.push(this.textAt(place));
    };
    if (this.keys === 0) return found;
    if (stringsIn(prefix, this.prefixBytes) < STRINGS_MIN) {
      for (const place of this.places) if (place > 0) consider(place - 1);
      return found;
    }
    const itself = this.find(prefix);
    if (itself >= 0) consider(itself);
    for (const place of this.prefixes.placesOf(hashOf(prefix, prefix.length))) consider(place);
    return found;
  }

  /** All keys, as such texts. */
  texts(): string[] {
    const texts: string[] = [];
    for (const place of this.places) if (place > 0) texts.push(this.textAt(place - 1));
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
    this.hashes = new Int32Array(SLOTS_FIRST);
    this.places = new Int32Array(SLOTS_FIRST);
    this.prefixes.clear();
    this.used = 0;
    this.keys = 0;
  }

  private keyLength(place: number): number {
    return this.bytes.readUInt16LE(place);
  }

  private textAt(place: number): string {
    const from = place + HEAD_BYTES;
    return this.bytes.toString('latin1', from, from + this.keyLength(place));
  }

  private keyBeginsWith(place: number, prefix: Uint8Array): boolean {
    return this.keyLength(place) >= prefix.length && this.isAt(place + HEAD_BYTES, prefix);
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
    const { hashes, places } = this;
    const mask = places.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = (places[slot] as number) - 1;
      if (place < 0) return slot;
      if (hashes[slot] !== hash || this.keyLength(place) !== key.length) continue;
      if (this.isAt(place + HEAD_BYTES, key)) return slot;
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
  private chain(key: Uint8Array, place: number): void {
    let strings = 0;
    let hash = HASH_FIRST;
    for (let at = 0; at < key.length - 1; at += 1) {
      const byte = key[at] as number;
      hash = Math.imul(hash ^ byte, HASH_FACTOR);
      if (at <= this.prefixBytes || byte !== STRING_ENDS[1] || key[at - 1] !== STRING_ENDS[0]) {
        continue;
      }
      strings += 1;
      if (strings >= STRINGS_MIN) this.prefixes.add(finished(hash), place);
    }
  }

  private grow(): void {
    const { hashes, places } = this;
    this.hashes = new Int32Array(places.length * 2);
    this.places = new Int32Array(places.length * 2);
    const mask = this.places.length - 1;
    for (let from = 0; from < places.length; from += 1) {
      const place = places[from] as number;
      if (place === 0) continue;
      const hash = hashes[from] as number;
      let slot = hash & mask;
      while (this.places[slot] !== 0) slot = (slot + 1) & mask;
      this.places[slot] = place;
      this.hashes[slot] = hash;
    }
  }
}

/** Places by the hash of a prefix of their keys; others of the same hash are among them. */
class PrefixChains {
  private used = 1;
  private heads = new Int32Array(SLOTS_FIRST);
  /** By link: the hash, the place, and the next link (0: none). */
  private hashes = new Int32Array(SLOTS_FIRST);
  private places = new Int32Array(SLOTS_FIRST);
  private nexts = new Int32Array(SLOTS_FIRST);

  add(hash: number, place: number): void {
    if (this.used === this.places.length) this.grow();
    const link = this.used;
    this.used += 1;
    this.hashes[link] = hash;
    this.places[link] = place;
    this.hang(link, hash);
  }

  *placesOf(hash: number): Iterable<number> {
    let link = this.heads[hash & (this.heads.length - 1)] as number;
    for (; link !== 0; link = this.nexts[link] as number) {
      if (this.hashes[link] === hash) yield this.places[link] as number;
    }
  }

  clear(): void {
    this.used = 1;
    this.heads = new Int32Array(SLOTS_FIRST);
    this.hashes = new Int32Array(SLOTS_FIRST);
    this.places = new Int32Array(SLOTS_FIRST);
    this.nexts = new Int32Array(SLOTS_FIRST);
  }

  private hang(link: number, hash: number): void {
    const head = hash & (this.heads.length - 1);
    this.nexts[link] = this.heads[head] as number;
    this.heads[head] = link;
  }

  private grow(): void {
    const twice = (numbers: Int32Array) => {
      const larger = new Int32Array(numbers.length * 2);
      larger.set(numbers);
      return larger;
    };
    this.hashes = twice(this.hashes);
    this.places = twice(this.places);
    this.nexts = new Int32Array(this.places.length);
    this.heads = new Int32Array(this.places.length);
    for (let link = 1; link < this.used; link += 1) this.hang(link, this.hashes[link] as number);
  }
}

/** FNV-1a: one pass gives the hash of a key and of each of its beginnings. */
function hashOf(bytes: Uint8Array, length: number): number {
  let hash = HASH_FIRST;
  for (let at = 0; at < length; at += 1)
    hash = Math.imul(hash ^ (bytes[at] as number), HASH_FACTOR);
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

/**
 * Request bodies made before anything is timed: events cut into bodies, JSON arrays and NDJSON in
 * turn, in one file with an index, so that the client needs no JSON.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';

/**
 * @param {string} file
 * @param {Iterable<unknown>} events
 * @param {number} eventsPerBody
 * @returns {{ bytes: number, bodies: number, events: number }}
 */
export function writeBodies(file, events, eventsPerBody) {
  const out = openSync(file, 'w');
  /** @type {{ bytes: number, type: string }[]} */
  const index = [];
  let waiting = [];
  let total = 0;
  const flush = () => {
    const ndjson = index.length % 2 === 1;
    const text = ndjson ? `${waiting.join('\n')}\n` : `[${waiting.join(',')}]`;
    const body = Buffer.from(text);
    writeSync(out, body);
    index.push({
      bytes: body.length,
      type: ndjson ? 'application/x-ndjson' : 'application/json',
    });
    total += body.length;
    waiting = [];
  };
  let count = 0;
  for (const event of events) {
    count++;
    waiting.push(JSON.stringify(event));
    if (waiting.length === eventsPerBody) flush();
  }
  if (waiting.length > 0) flush();
  closeSync(out);
  writeFileSync(`${file}.index.json`, JSON.stringify(index));
  return { bytes: total, bodies: index.length, events: count };
}

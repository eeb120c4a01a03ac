/** Bytes as they are, for measuring the log alone. */

/** @type {import('@rosi/events').Topic<Buffer>} */
export const rawTopic = {
  name: 'events.raw',
  codec: { encode: (bytes) => bytes, decode: (bytes) => bytes },
  keyOf: () => '',
};

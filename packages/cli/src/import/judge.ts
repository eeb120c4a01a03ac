/**
 * What the collector would say to events, without it: a dry run uses the very same rules, so what
 * it rejects is what an import would reject.
 */
import { createHmac } from 'node:crypto';
import { type NormaliseContext, normalise } from '@rosi/events';
import type { NumberedEvent } from './batches.js';
import { countRejected, emptyTally, type Tally } from './report.js';
import { rejectionText } from './too-precise.js';

export function judgeContext(hashKey: string, now: number): NormaliseContext {
  return {
    workspace: 'default',
    receivedAt: now,
    source: 'import',
    keyKind: 'secret',
    ownDomains: [],
    requestUserAgent: '',
    secGpc: false,
    prefetch: false,
    hash: (text) => createHmac('sha256', hashKey).update(text).digest('hex'),
    makeEventId: () => 'made-by-the-collector',
  };
}

export function judgeBatch(batch: readonly NumberedEvent[], context: NormaliseContext): Tally {
  const tally = { ...emptyTally(), sent: batch.length };
  for (const { line, event, json } of batch) {
    // As the collector sees it: what JSON does not carry is not there.
    const result = normalise(JSON.parse(json), context);
    if (result.ok) tally.accepted += 1;
    else {
      const { code, message } = result;
      countRejected(tally, { line, code, message: rejectionText(code, message, event) });
    }
  }
  return tally;
}

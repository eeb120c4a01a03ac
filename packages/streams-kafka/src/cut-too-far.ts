/** Retention was faster than we were: a clear stop, never a silent gap. */
import { KafkaError } from './errors.js';
import { type Place, placeKey } from './offsets.js';

export function cutTooFar(place: Place, from: number, first: number): KafkaError {
  return new KafkaError(
    'ROSI_LOG_CUT_TOO_FAR',
    `Records ${from} to ${first} of ${placeKey(place)} were removed before they were read; ` +
      'restore the topic from a copy that has them',
  );
}

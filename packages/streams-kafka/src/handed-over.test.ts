import { expect, test } from 'vitest';
import { KafkaError } from './errors.js';
import { untilHandedOver } from './handed-over.js';

const one = { brokers: ['a:9092'] };
const several = { brokers: ['a:9092', 'b:9092', 'c:9092'] };
const gone = new KafkaError('ROSI_LOG_UNAVAILABLE', 'gone');
const unfit = new KafkaError('ROSI_TOPIC_UNFIT', 'unfit');

/** How often the work was done, and what became of it. */
async function tried(
  kafka: { readonly brokers: readonly string[] },
  { error, failures, patienceMs }: { error: Error; failures: number; patienceMs?: number },
) {
  let times = 0;
  const work = async () => {
    times += 1;
    if (times <= failures) throw error;
    return 'done';
  };
  const result = await untilHandedOver(kafka, work, patienceMs).catch(({ message }) => message);
  return { times, result };
}

test('is done again while a broker of several is away', async () => {
  const found = await tried(several, { error: gone, failures: 2 });
  expect(found).toEqual({ times: 3, result: 'done' });
});

test('is given up in the end', async () => {
  const forEver = { error: gone, failures: Number.POSITIVE_INFINITY, patienceMs: 1 };
  expect(await tried(several, forEver)).toMatchObject({ result: 'gone' });
});

test('is not done again with one broker, or where it would not help', async () => {
  const lone = await tried(one, { error: gone, failures: 1 });
  expect(lone).toEqual({ times: 1, result: 'gone' });
  const refused = await tried(several, { error: unfit, failures: 1 });
  expect(refused).toEqual({ times: 1, result: 'unfit' });
});

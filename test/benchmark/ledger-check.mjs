/** Whether a run of the stitcher has come to the right result. */
import { ledgerIdentities, ledgerOrders, ledgerTouchpoints } from '@rosi/events';

/**
 * Throws unless the ledger's newest records hold what the generator knows.
 * @param {(topic: object) => Iterable<any>} read the values of a topic, each key's in their order
 */
export function checkLedger(read, expected) {
  const orders = newest(read, ledgerOrders, (record) => record.orderId);
  const touchpoints = newest(read, ledgerTouchpoints, (record) => record.touch.touchpointId);
  const identities = newest(
    read,
    ledgerIdentities,
    (record) => `${record.identifierType}:${record.identifier}`,
  );
  const own = [...touchpoints.values()].filter(({ touch }) => touch.type !== 'coupon');
  const persons = new Set([...identities.values()].map(({ personId }) => personId));
  same('touchpoints', own.length, expected.touchpoints);
  same('identifiers', identities.size, expected.identifiers);
  same('persons', persons.size, expected.persons);
  for (const [currency, wanted] of Object.entries(expected.money)) {
    const those = [...orders.values()].filter((order) => order.currency === currency);
    const sum = (figure) => those.reduce((total, order) => total + figure(order), 0);
    const credit = (model) => (order) =>
      order.credits.reduce((total, one) => total + (one.model === model ? one.credit : 0), 0);
    same(`orders ${currency}`, those.length, wanted.orders);
    same(
      `net ${currency}`,
      sum(({ net }) => net),
      wanted.net,
    );
    for (const model of ['first_touch', 'linear', 'time_decay']) {
      same(`credit ${currency} ${model}`, sum(credit(model)), wanted.net);
    }
  }
}

export function same(what, found, wanted) {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
}

function newest(read, topic, keyOf) {
  const found = new Map();
  for (const record of read(topic)) found.set(keyOf(record), record);
  return found;
}

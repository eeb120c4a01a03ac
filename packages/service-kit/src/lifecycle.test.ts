import { describe, expect, test } from 'vitest';
import { RosiError } from './errors.js';
import { startInOrder } from './lifecycle.js';

/** Parts that write down what happens to them; a name in `broken` fails that step. */
function partsOf(names: readonly string[], broken: readonly string[] = []) {
  const steps: string[] = [];
  const step = async (text: string) => {
    await Promise.resolve();
    steps.push(text);
    if (broken.includes(text)) throw new Error(`broken ${text}`);
  };
  const parts = names.map((name) => ({
    name,
    start: () => step(`start ${name}`),
    stop: () => step(`stop ${name}`),
  }));
  return { steps, parts };
}

describe('startInOrder', () => {
  test('starts in order, stops in reverse, and only once', async () => {
    const { steps, parts } = partsOf(['a', 'b', 'c']);
    const running = await startInOrder(parts);
    await Promise.all([running.stop(), running.stop()]);
    await running.stop();
    expect(steps).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  test('a failing start rolls back what ran, and is told by name', async () => {
    const { steps, parts } = partsOf(['a', 'b', 'c'], ['start c']);
    await expect(startInOrder(parts)).rejects.toMatchObject({
      code: 'ROSI_START_FAILED',
      message: 'c did not start: broken start c',
    });
    expect(steps).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a']);
  });

  test('a RosiError of a part keeps its code, also when the rollback fails', async () => {
    const { steps, parts } = partsOf(['a', 'b'], ['stop a']);
    const problem = new RosiError('ROSI_ADDRESS_UNAVAILABLE', 'taken');
    const last = { name: 'c', start: () => Promise.reject(problem), stop: () => undefined };
    await expect(startInOrder([...parts, last])).rejects.toMatchObject({
      code: 'ROSI_ADDRESS_UNAVAILABLE',
      message: 'taken',
      exitCode: 2,
    });
    expect(steps.slice(2)).toEqual(['stop b', 'stop a']);
  });

  test('a part that does not stop does not keep the others from stopping', async () => {
    const { steps, parts } = partsOf(['a', 'b', 'c'], ['stop b']);
    const running = await startInOrder(parts);
    await expect(running.stop()).rejects.toMatchObject({
      code: 'ROSI_STOP_FAILED',
      message: 'b did not stop cleanly: broken stop b',
    });
    expect(steps.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
  });

  test('an aborted start stops what ran and throws the reason', async () => {
    const { steps, parts } = partsOf(['a', 'b']);
    const abort = new AbortController();
    const reason = new Error('asked to stop');
    const between = { name: 'x', start: () => abort.abort(reason), stop: () => undefined };
    const [first, second] = parts;
    const starting = startInOrder([first!, between, second!], { signal: abort.signal });
    await expect(starting).rejects.toBe(reason);
    expect(steps).toEqual(['start a', 'stop a']);
  });
});

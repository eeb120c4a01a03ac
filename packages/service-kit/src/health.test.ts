import { afterEach, expect, it } from 'vitest';
import { type HealthServer, type ReadyPart, startHealthServer } from './health.js';

let server: HealthServer | undefined;
afterEach(() => server?.stop());

const warn = () => undefined;
async function started(ready: () => Promise<readonly ReadyPart[]>, metrics = async () => 'x 1\n') {
  server = await startHealthServer({
    ...{ host: '127.0.0.1', port: 0, ready, metrics },
    logger: { warn },
  });
  return server;
}
const asked = async (path: string) => {
  const response = await fetch(`${server?.url}${path}`);
  return { status: response.status, text: await response.text() };
};

it('is alive from the beginning, and ready once every part is', async () => {
  let isUp = false;
  await started(async () => [
    { part: 'a', ready: true },
    { part: 'b', ready: isUp },
  ]);
  expect(await asked('/health/live')).toMatchObject({ status: 200 });
  expect(await asked('/health/ready')).toMatchObject({ status: 503 });
  isUp = true;
  expect(await asked('/health/ready')).toEqual({
    status: 200,
    text: '{"ready":true,"parts":[{"part":"a","ready":true},{"part":"b","ready":true}]}',
  });
});

it('is not ready when that can not be told, and gives metrics or says that it can not', async () => {
  await started(() => Promise.reject(new Error('away')));
  expect(await asked('/health/ready?verbose')).toMatchObject({ status: 503 });
  expect(await asked('/metrics')).toEqual({ status: 200, text: 'x 1\n' });
  expect(await asked('/v1/events')).toMatchObject({ status: 404 });
  await server?.stop();
  await started(
    async () => [],
    () => Promise.reject(new Error('broken')),
  );
  expect(await asked('/metrics')).toMatchObject({ status: 500 });
});

it('names the variable when its address is taken', async () => {
  const first = await started(async () => []);
  const port = Number(new URL(first.url).port);
  await expect(
    startHealthServer({
      ...{ host: '127.0.0.1', port, ready: async () => [], metrics: async () => '' },
      logger: { warn },
    }),
  ).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('ROSI_HTTP_PORT') });
});

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { assertListenable } from './address.js';

const taken = createServer();
afterEach(() => taken.close());

test('an address that is in use is told with the remedy, and is good once it is free', async () => {
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  const { port } = taken.address() as AddressInfo;
  const address = { host: '127.0.0.1', port };
  await expect(assertListenable(address)).rejects.toThrow(
    `127.0.0.1:${port} is in use: set ROSI_HTTP_PORT to a free port, or 0 for any.`,
  );
  await new Promise((resolve) => taken.close(resolve));
  await assertListenable(address);
  await assertListenable(address);
});

test('a host that is none of this machine is told', async () => {
  await expect(assertListenable({ host: '192.0.2.1', port: 0 })).rejects.toThrow(
    '192.0.2.1 is no address of this machine: set ROSI_HOST to one.',
  );
});

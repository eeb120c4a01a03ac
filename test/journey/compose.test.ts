/**
 * The committed docker-compose.yml as an operator runs it: built, started with the profile `single`
 * until every service is healthy, and one order through it, from the events API to its receipt and to
 * the analyst's account in ClickHouse. Its own project name, ports and volumes; removed afterwards.
 *
 * Wants Docker with its compose plugin, and downloads images. It has not been run where it was written,
 * since there is no Docker there: what can be checked without is in test/infra.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@rosi/streams-kafka/testing';
import {
  DockerComposeEnvironment,
  getContainerRuntimeClient,
  type StartedDockerComposeEnvironment,
  Wait,
} from 'testcontainers';
import { afterAll, expect, test } from 'vitest';
import { acceptedOf } from '../harness/answers.js';
import { exampleVariables, repository } from '../infra/files.js';

/** Most of it is building the image and downloading the others. */
const upMsMax = 1_200_000;
const settleMsMax = 60_000;
const secret = () => randomBytes(24).toString('hex');

/** Resolves false, loudly, where no compose file can be started. */
async function hasCompose(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    await promisify(execFile)('docker', ['compose', 'version']);
    return true;
  } catch {
    // What is missing is told below.
  }
  process.stderr.write(
    '\nSKIPPED: the compose file is not started. Install Docker with its compose plugin ' +
      '(docs.docker.com/engine/install) and let `docker compose version` and `docker ps` answer.\n\n',
  );
  return false;
}

const canRun = await hasCompose();
let stack: StartedDockerComposeEnvironment | undefined;
afterAll(() => stack?.down({ removeVolumes: true }), upMsMax);

async function variables(): Promise<Record<string, string>> {
  const ports = [...exampleVariables.keys()].filter((name) => name.endsWith('_PORT'));
  const required = [...exampleVariables.keys()].filter((name) => /_KEY$|_PASSWORD$/.test(name));
  const chosen: Record<string, string> = {};
  for (const name of ports) chosen[name] = String(await freePort());
  for (const name of required) chosen[name] = secret();
  return { ...Object.fromEntries(exampleVariables), ...chosen };
}

test.skipIf(!canRun)(
  'docker compose up: every service is healthy, and an order goes through',
  async () => {
    const env = await variables();
    stack = await new DockerComposeEnvironment(repository, 'docker-compose.yml')
      .withProfiles('single')
      .withEnvironment(env)
      .withBuild()
      .withDefaultWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(upMsMax)
      .up();
    const url = `http://127.0.0.1:${env['ROSI_HTTP_PORT']}`;
    const headers = {
      authorization: `Bearer ${env['ROSI_SECRET_KEY']}`,
      'content-type': 'application/json',
    };
    const ask = async (path: string, body?: object) => {
      const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const answer = await fetch(url + path, { headers, ...sent });
      return { status: answer.status, headers: answer.headers, body: await answer.text() };
    };
    expect(await ask('/health/ready')).toMatchObject({ status: 200 });
    const identifiers = { user_id: 'compose-u' };
    const order = { order_id: 'compose-o', total: '10.00', currency: 'EUR' };
    const at = (seconds: number) => `2026-03-01T10:00:0${seconds}Z`;
    const events = [
      { type: 'click', occurred_at: at(0), identifiers, post_id: 'compose-p' },
      { type: 'purchase', occurred_at: at(1), identifiers, order },
    ];
    expect(acceptedOf(await ask('/v1/events', events))).toMatchObject({ accepted: 2 });
    const until = Date.now() + settleMsMax;
    while (JSON.parse((await ask('/v1/status')).body).settled !== true) {
      expect(Date.now(), 'not settled').toBeLessThan(until);
      await wait(200);
    }
    const receipt = JSON.parse((await ask('/v1/orders/compose-o/receipt')).body);
    expect(receipt).toMatchObject({ consistent: true, order: { net: 1000 } });
    expect(receipt.touchpoints).toMatchObject([{ post_id: 'compose-p', status: 'credited' }]);
    const analyst = `rosi_analyst:${env['ROSI_CLICKHOUSE_ANALYST_PASSWORD']}`;
    const query = 'SELECT sum(credit) FROM rosi.credits_current WHERE model = {model:String}';
    const rows = await fetch(
      `http://127.0.0.1:${env['ROSI_CLICKHOUSE_PORT']}/?param_model=linear`,
      { method: 'POST', body: query, headers: { authorization: `Basic ${btoa(analyst)}` } },
    );
    expect((await rows.text()).trim()).toBe('1000');
  },
  upMsMax,
);

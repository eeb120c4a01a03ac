/**
 * A schema registry that speaks Confluent's protocol: every topic's schema is held against the newest
 * one there and registered, before anything is written. Three requests a subject; nothing is asked
 * later, since ROSI's records need no registry to be read by ROSI.
 */
import { canRead, type Topic, wireSchemas } from '@rosi/events';
import { type Topology, wire } from '@rosi/streams';
import * as z from 'zod';
import { KafkaError } from './errors.js';
import type { SchemaIds } from './framing.js';
import { TopicNames } from './task-spec.js';

const TYPE = 'application/vnd.schemaregistry.v1+json';
const ANSWER_MS_MAX = 10_000;
const AT_ONCE = 4;

export interface RegistryOptions {
  /** May carry user and password. */
  readonly url: string;
  readonly topology: Topology;
  readonly prefix: string;
}

/** The ids that the registry gave. Throws ROSI_TOPIC_UNFIT, or ROSI_LOG_UNAVAILABLE. */
export async function registerSchemas(options: RegistryOptions): Promise<SchemaIds> {
  const registry = new Registry(options.url);
  const names = new TopicNames(options.prefix);
  const topics = [...wire(options.topology).topics.values()];
  const ids = new Map<number, number>();
  const waiting = topics.flatMap((topic) => schemaOf(names, topic));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ids.set(next.schemaId, await registry.register(next.subject, next.schema));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return ids;
}

interface OwnSchema {
  readonly subject: string;
  readonly schemaId: number;
  readonly schema: string;
}

/** A subject for each topic's values, by Confluent's standard name. Keys are plain text. */
function schemaOf(names: TopicNames, { name, codec }: Topic<unknown>): OwnSchema[] {
  const schema = wireSchemas.get(codec.schemaId ?? 0);
  if (codec.schemaId === undefined || schema === undefined) return [];
  return [{ subject: `${names.of(name)}-value`, schemaId: codec.schemaId, schema }];
}

const newestAnswer = z.object({ schema: z.string() });
const registeredAnswer = z.object({ id: z.number().int() });

class Registry {
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;
  /** Without user and password. */
  private readonly shown: string;

  constructor(url: string) {
    const parsed = new URL(url);
    const { username, password } = parsed;
    parsed.username = '';
    parsed.password = '';
    this.base = parsed.href.replace(/\/$/, '');
    this.shown = this.base;
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const authorization = `Basic ${Buffer.from(user).toString('base64')}`;
    this.headers = { 'content-type': TYPE, ...(username === '' ? {} : { authorization }) };
  }

  async register(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const newest = await this.ask('GET', `${path}/latest`);
    // Whatever the registry is set to allow: what is on the topic must stay readable.
    if (newest !== null && !canRead(schema, newestAnswer.parse(newest).schema)) {
      throw this.refused(subject, "its newest schema is not one that this build's can read");
    }
    const answer = await this.ask('POST', path, { schema });
    if (answer === null) throw this.refused(subject, 'it does not take schemas at this address');
    return registeredAnswer.parse(answer).id;
  }

  /** Null: there is none. */
  private async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`${this.base}${path}`, {
        method,
        headers: this.headers,
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw this.away('does not answer', cause);
    }
    const text = await response.text();
    if (response.status === 404) return null;
    if (response.ok) return parsed(text);
    const told = `answers ${response.status}: ${text.slice(0, 500)}`;
    if (response.status >= 500) throw this.away(told);
    throw this.refused(path, told);
  }

  private away(told: string, cause?: unknown): KafkaError {
    return new KafkaError(
      'ROSI_LOG_UNAVAILABLE',
      `The schema registry at ${this.shown} ${told}; is it up, and is ROSI_SCHEMA_REGISTRY_URL right?`,
      { cause },
    );
  }

  private refused(subject: string, told: string): KafkaError {
    return new KafkaError(
      'ROSI_TOPIC_UNFIT',
      `The schema registry at ${this.shown} does not fit: ${subject}: ${told}. Another program or ` +
        'an older build may have written the subject; use another ROSI_KAFKA_PREFIX, or remove it',
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

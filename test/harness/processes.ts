/**
 * The product as processes of its own on one Kafka and one ClickHouse: the shared part in one place,
 * stitchers that come and go. Guarantees: everything is gone after `close`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@rosi/service-kit';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@rosi/warehouse';
import {
  makeDataDir,
  type Product,
  type ProductOptions,
  removeDataDir,
  startProduct,
} from './product.js';

/** Kept by no folder: every process is told. */
const suppressionKey = 'pk_processes_suppression_0123456789';

/** A ClickHouse server that belongs to none of the processes. */
export class SharedClickHouse {
  private constructor(
    private readonly dir: string,
    private readonly server: EmbeddedClickHouse,
  ) {}

  static async start(): Promise<SharedClickHouse> {
    const dir = mkdtempSync(join(tmpdir(), 'rosi-shared-'));
    const logger = createLogger({ name: 'test', level: 'silent' });
    return new SharedClickHouse(dir, await startEmbeddedClickHouse({ dir, port: 0, logger }));
  }

  get url(): string {
    return this.server.url;
  }

  async close(): Promise<void> {
    await this.server.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export class Processes {
  readonly #env: Readonly<Record<string, string>>;
  readonly #running = new Set<Product>();
  readonly #folders: string[] = [];

  /** `env`: of every process. */
  constructor(env: Readonly<Record<string, string>>) {
    this.#env = { ROSI_SUPPRESSION_KEY: suppressionKey, ...env };
  }

  /** Of the collector and whoever else comes along; each folder is new unless given. */
  options(parts: readonly string[], dataDir: string): ProductOptions & { dataDir: string } {
    return { parts, dataDir, env: this.#env };
  }

  /** Resolves once it says that it is ready. */
  async start(parts: readonly string[], dataDir?: string): Promise<Product> {
    const folder = dataDir ?? (await this.newFolder());
    const product = await startProduct(this.options(parts, folder));
    this.#running.add(product);
    return product;
  }

  async newFolder(): Promise<string> {
    const folder = await makeDataDir();
    this.#folders.push(folder);
    return folder;
  }

  /** SIGTERM; what was wrong with how it ended. */
  async stop(product: Product): Promise<string[]> {
    this.#running.delete(product);
    const { code, signal, output } = await product.stop();
    return code === 0 ? [] : [`SIGTERM ended with ${code ?? signal}:\n${output}`];
  }

  async kill(product: Product): Promise<void> {
    this.#running.delete(product);
    await product.kill();
  }

  /** Stops all in order; what was wrong with how they ended. */
  async close(): Promise<string[]> {
    const problems = await Promise.all([...this.#running].map((one) => this.stop(one)));
    for (const folder of this.#folders) await removeDataDir(folder);
    return problems.flat();
  }
}

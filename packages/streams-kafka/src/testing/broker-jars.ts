/**
 * Brings the jars of Kafka's broker from Maven Central, once: into a cache folder beside the
 * installed packages, named after the pom that asked for them.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAVEN_MS_MAX = 300_000;

/** What this machine lacks to run a broker; the message says what to install. */
export class MissingToolError extends Error {
  override readonly name = 'MissingToolError';
}

/** `infra/kafka` of the repository that this file is in, built or not. */
export function brokerFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'infra', 'kafka', 'pom.xml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('infra/kafka/pom.xml is in no folder above this file');
    folder = parent;
  }
  return join(folder, 'infra', 'kafka');
}

/** The folder of the jars. Throws MissingToolError without Java, or without Maven when needed. */
export async function brokerJars(): Promise<string> {
  await checkTool('java', ['-version'], 'Java 17 or newer (Debian: apt install openjdk-17-jre)');
  const folder = brokerFolder();
  const pom = join(folder, 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const cache = join(folder, '..', '..', 'node_modules', '.cache', 'rosi-kafka');
  const jars = join(cache, version);
  if (existsSync(jars)) return jars;
  await checkTool('mvn', ['-version'], 'Maven (Debian: apt install maven)');
  mkdirSync(cache, { recursive: true });
  const fresh = join(cache, `${version}-${randomUUID()}`);
  const target = ['-DincludeScope=runtime', `-DoutputDirectory=${fresh}`];
  await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', ...target], {
    timeout: MAVEN_MS_MAX,
  });
  try {
    renameSync(fresh, jars);
  } catch (error) {
    // Somebody else was faster; theirs are the same.
    if (!existsSync(jars)) throw error;
    rmSync(fresh, { recursive: true });
  }
  return jars;
}

async function checkTool(command: string, args: string[], remedy: string): Promise<void> {
  try {
    await run(command, args);
  } catch (error) {
    throw new MissingToolError(`Kafka needs ${remedy}: \`${command}\` does not run here`, {
      cause: error,
    });
  }
}

/** A V8 CPU profile of a piece of work in this very process. */
import { writeFile } from 'node:fs/promises';

/**
 * @param {string} file @param {import('node:inspector/promises').Session} session
 * @param {() => unknown} work
 */
export async function writeProfile(file, session, work) {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  await writeFile(file, JSON.stringify(profile));
}

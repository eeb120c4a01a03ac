/**
 * The rival: a fastify server whose one route parses the body and answers, and does nothing else;
 * given a folder, it also appends the parsed body as one record to a durable log and waits for it.
 * A process of its own; tells the parent its address.
 */
import { openEventLog } from '@rosi/streams-embedded';
import Fastify from 'fastify';
import { rawTopic } from './raw-topic.mjs';

const { dir } = JSON.parse(process.argv[2] ?? '{}');
const log = dir === undefined ? null : await openEventLog({ dir });

const app = Fastify({ logger: false, bodyLimit: 5_000_000 });
app.addContentTypeParser('application/x-ndjson', { parseAs: 'string' }, (_request, body, done) => {
  const lines = body.split('\n').filter((line) => line !== '');
  done(
    null,
    lines.map((line) => JSON.parse(line)),
  );
});
app.post('/v1/events', async (request, reply) => {
  const accepted = Array.isArray(request.body) ? request.body.length : 1;
  if (log !== null) {
    const value = Buffer.from(JSON.stringify(request.body));
    await log.append(rawTopic, [{ value, timestamp: 0 }]);
  }
  return reply.code(202).send({ accepted, rejected: [] });
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.once('disconnect', async () => {
  await app.close();
  await log?.close();
  process.exit(0);
});
process.send({ url });

/** The bare kafkajs loop as a process of its own; moves what it is told to, again and again. */
import { runBareLoop } from '@rosi/streams-kafka/testing';

process.on('message', async (options) => {
  const failure = await runBareLoop(options).then(
    () => undefined,
    (error) => error.stack,
  );
  process.send({ failure });
});
process.once('disconnect', () => process.exit(0));
process.send({ url: '' });

/** `npm run kafka`: a broker for a person, until Ctrl-C. */
import { MissingToolError } from './broker-jars.js';
import { startLocalBroker } from './local-broker.js';

const PORT = 9092;

const { ROSI_KAFKA_PORT: port, ROSI_KAFKA_DIR: dir } = process.env;
try {
  const broker = await startLocalBroker({
    port: port === undefined ? PORT : Number(port),
    ...(dir === undefined ? {} : { dir }),
  });
  process.stdout.write(`Kafka listens on ${broker.address}. Ctrl-C stops it.\n`);
  const stop = () => void broker.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  if (!(error instanceof MissingToolError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/**
 * One instance of the stitcher on Kafka as a process of its own, for tests that end it in hard ways.
 * Its options come as JSON; `dieAfter` names a step of a commit and how often it may pass.
 */
import { defaultSettings } from '@rosi/attribution';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { runKafka } from '@rosi/streams-kafka';

const { dieAfter, ...options } = JSON.parse(process.argv[2] ?? '{}');
let left = dieAfter?.times ?? 0;
const runtime = await runKafka({
  ...options,
  topology: stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('test') }),
  onStep(step) {
    if (step !== dieAfter?.step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
  onTrouble: (error) => process.stderr.write(`${new Date().toISOString()} ${error}\n`),
  onFault(error) {
    process.stderr.write(`fault: ${error.stack}\n`);
    process.exit(1);
  },
});
process.stdout.write('running\n');
process.once('SIGTERM', () => void runtime.stop().then(() => process.exit(0)));

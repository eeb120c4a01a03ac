/**
 * The stitcher's topology on the embedded runtime, in a process of its own, for as long as its
 * parent lives: large-person.mjs writes its log and reads its ledger, as collector and loader do.
 */
import { defaultSettings } from '@rosi/attribution';
import { suppressionHash } from '@rosi/service-kit';
import { stitcherTopology } from '@rosi/stitcher';
import { openEventLog, runEmbedded } from '@rosi/streams-embedded';

const { logDir, stateDir } = JSON.parse(process.argv[2] ?? '{}');
const input = await openEventLog({ dir: logDir, readOnly: true });
const runtime = await runEmbedded({
  topology: stitcherTopology({ attribution: defaultSettings, hash: suppressionHash('bench') }),
  dir: stateDir,
  input,
  partitions: 1,
  onFault: (error) => {
    console.error(error);
    process.exit(1);
  },
});
process.once('disconnect', async () => {
  await runtime.stop();
  await input.close();
  process.exit(0);
});
process.send({ url: '' });

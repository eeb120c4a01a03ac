/** `rosi backup` and `rosi restore`: their flags and help. */
import type { Command } from 'commander';
import { examples, type ProgramContext } from '../program-context.js';
import { dataDirOf, type InstanceFlags, statedClickhouseUrl } from '../reading/instance.js';
import { readKafkaCluster } from '../start/kafka-config.js';
import { readVersion } from '../version.js';

export function addBackupCommands(program: Command, { terminal, env }: ProgramContext): void {
  program
    .command('backup')
    .description('copy everything durable into a new folder, while ROSI runs or not')
    .argument('<folder>', 'the folder to make')
    .option('--data-dir <folder>', 'data folder to back up (ROSI_DATA_DIR)')
    .addHelpText(
      'after',
      examples([
        'rosi backup /backups/rosi-2026-03-01',
        'rosi backup --data-dir /var/lib/rosi "/backups/rosi-$(date +%F)"',
      ]),
    )
    .action(async (target: string, flags: InstanceFlags) => {
      const { runBackup } = await import('./backup.js');
      const dataDir = dataDirOf(env, flags);
      const clickhouseUrl = statedClickhouseUrl(env);
      const kafkaStated = readKafkaCluster(env) !== null;
      const version = readVersion();
      await runBackup({ dataDir, clickhouseUrl, kafkaStated, target, version, terminal });
    });
  program
    .command('restore')
    .description('verify a backup and put it into an empty data folder')
    .argument('<folder>', 'what `rosi backup` made')
    .option('--data-dir <folder>', 'empty or new data folder (ROSI_DATA_DIR)')
    .addHelpText(
      'after',
      examples([
        'rosi restore /backups/rosi-2026-03-01',
        'rosi restore --data-dir /var/lib/rosi-restored /backups/rosi-2026-03-01',
      ]),
    )
    .action(async (source: string, flags: InstanceFlags) => {
      const { runRestore } = await import('./restore.js');
      const dataDir = dataDirOf(env, flags);
      await runRestore({ source, dataDir, clickhouseUrl: statedClickhouseUrl(env), terminal });
    });
}

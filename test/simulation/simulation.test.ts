/**
 * A thousand simulations and all seeds that ever failed: npm run simulate, which says what came up
 * and how to replay what fails. More of them: npm run simulate -- --seeds 20000 --from 5000
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SEEDS = 1_000;
/** Two minutes on two idle cores; a busy machine may need many times that. */
const TIME_LIMIT_MS = 3_600_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Ended {
  readonly status: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function simulate(...options: string[]): Promise<Ended> {
  const command = ['run', '--silent', 'simulate', '--', ...options];
  return new Promise((resolve) => {
    execFile('npm', command, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : (error.code ?? null), stdout, stderr });
    });
  });
}

it(
  `${SEEDS} seeds equal the oracle, and every situation comes up`,
  async () => {
    const { status, stdout, stderr } = await simulate('--seeds', String(SEEDS));
    process.stdout.write(stdout);
    expect(status, `${stdout}${stderr}`).toBe(0);
  },
  TIME_LIMIT_MS,
);

it('wrong use ends with 2 and says what is wrong', async () => {
  const { status, stderr } = await simulate('--seeds', 'many');
  expect(stderr).toContain('--seeds must be a whole number from 1, not "many"');
  expect(status).toBe(2);
});

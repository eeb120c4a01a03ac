/**
 * A thousand simulations and all seeds that ever failed: npm run simulate, which says what came up
 * and how to replay what fails. More of them: npm run simulate -- --seeds 20000 --from 5000
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SEEDS = 1_000;
/** Two minutes on two idle cores; a busy machine may need many times that. */
const TIME_LIMIT_MS = 3_600_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

function simulate(...options: string[]) {
  return spawnSync('npm', ['run', '--silent', 'simulate', '--', ...options], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
}

it(
  `${SEEDS} seeds equal the oracle, and every situation comes up`,
  () => {
    const { status, stdout, stderr } = simulate('--seeds', String(SEEDS));
    process.stdout.write(stdout);
    expect(status, `${stdout}${stderr}`).toBe(0);
  },
  TIME_LIMIT_MS,
);

it('wrong use ends with 2 and says what is wrong', () => {
  const { status, stderr } = simulate('--seeds', 'many');
  expect(stderr).toContain('--seeds must be a whole number from 1, not "many"');
  expect(status).toBe(2);
});

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take minutes come first, so that none of them is left to one worker at the end. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const slow = [/\/test\/simulation\//, /\/test\/(?:journey|integration|browser)\//, /./];
    const rank = ({ moduleId }: TestSpecification) =>
      slow.findIndex((pattern) => pattern.test(moduleId));
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: { conditions: ['@rosi/source'] },
  ssr: { resolve: { conditions: ['@rosi/source'] } },
  test: {
    include: ['packages/**/*.test.ts', 'services/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A broker lives for a file's time: what its second compiler costs, it never earns.
    env: { JDK_JAVA_OPTIONS: '-XX:TieredStopAtLevel=1' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // A worker loads and compiles the modules once, not for each file anew: half of the CPU of a unit test.
    isolate: false,
    // Of two cores, three leave each file so much longer that nothing is gained.
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
  },
});

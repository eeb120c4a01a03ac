/** Other parts come up beside us: tries again while what is missing may come. */
const WAIT_MS = 30_000;
const WAIT_STEP_MS = 100;

export async function eventually<T>(
  open: () => Promise<T>,
  mayCome: (error: unknown) => boolean,
): Promise<T> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!mayCome(error) || Date.now() > until) throw error;
      await new Promise((done) => setTimeout(done, WAIT_STEP_MS));
    }
  }
}

/**
 * The first SIGINT or SIGTERM asks for an orderly stop; the second ends the process at once, for
 * whoever has waited long enough. The data survive both.
 */
export function stopSignal(err: (text: string) => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      err(`rosi: second ${name}, ending at once\n`);
      process.exit(1);
    }
    err('rosi: stopping (once more to end at once)\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

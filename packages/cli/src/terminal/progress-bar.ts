/** A bar on stderr for whoever is watching; nothing at all when nobody is. */
import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

export interface ProgressBar {
  update(bytes: number, events: number): void;
  /** Any number of times. */
  stop(): void;
}

export function openProgressBar(terminal: Terminal, bytesTotal: number): ProgressBar {
  if (!terminal.interactive) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: '  {bar} {percentage} %  {events} events  {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
  });
  bar.start(bytesTotal, 0, { events: 0 });
  let stopped = false;
  return {
    update: (bytes, events) => bar.update(Math.min(bytes, bytesTotal), { events }),
    stop() {
      if (!stopped) bar.stop();
      stopped = true;
    },
  };
}

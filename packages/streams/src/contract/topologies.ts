/** Small topologies that show one promise each. Records are text with a key and a number. */
import type { Codec, Topic } from '@rosi/events';
import { stateKey } from '../state-key.js';
import type { ProcessorContext, ProcessorDeclaration, StateStore, Topology } from '../topology.js';

export interface Note {
  readonly key: string;
  readonly text: string;
  readonly n: number;
}

const noteCodec: Codec<Note> = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString()),
};

export function noteTopic(name: string): Topic<Note> {
  return { name, codec: noteCodec, keyOf: ({ key }) => key };
}

export function note(key: string, n: number, text = ''): { value: Note; timestamp: number } {
  return { value: { key, text, n }, timestamp: 1_000 + n };
}

/** A processor of notes from functions. */
export function processorOf(
  declaration: Pick<ProcessorDeclaration, 'name' | 'inputs' | 'outputs'>,
  handlers: {
    process(context: ProcessorContext, value: Note, timestamp: number, topic: string): void;
    endBatch?(context: ProcessorContext): void;
  },
): ProcessorDeclaration {
  return {
    ...declaration,
    stateVersion: 1,
    create: (context) => ({
      process: (topic, value, timestamp) =>
        handlers.process(context, value as Note, timestamp, topic),
      endBatch: () => handlers.endBatch?.(context),
    }),
  };
}

export function topologyOf(...processors: ProcessorDeclaration[]): Topology {
  return { processors };
}

/** Reads a number of state, 0 when there is none. */
export function readCount(state: StateStore, ...parts: (string | number)[]): number {
  return Number(state.get(stateKey(...parts))?.toString() ?? 0);
}

export function writeCount(state: StateStore, n: number, ...parts: (string | number)[]): void {
  state.put(stateKey(...parts), Buffer.from(String(n)));
}

export const input = noteTopic('contract.input');
export const second = noteTopic('contract.second');
export const middle = noteTopic('contract.middle');
export const back = noteTopic('contract.back');
export const output = noteTopic('contract.output');

/** Numbers the records of each key: its state is read and written with every record. */
export function numbering(): ProcessorDeclaration {
  return processorOf(
    { name: 'numbering', inputs: [input], outputs: [output] },
    {
      process({ state, emit, count }, { key, n }, timestamp) {
        const seen = readCount(state, key) + 1;
        writeCount(state, seen, key);
        emit(output, { key, text: String(seen), n }, timestamp);
        count('ok', 'numbered');
      },
    },
  );
}

/** `first` fans each record out to `fan` records that go round between two processors `n` times. */
export function looping(fan: number): Topology {
  const first = processorOf(
    { name: 'first', inputs: [input, back], outputs: [middle, output] },
    {
      process({ state, emit, count }, value, timestamp, topic) {
        if (topic === input.name) {
          for (let i = 0; i < fan; i += 1) {
            emit(middle, { ...value, key: `${value.key}/${i}` }, timestamp);
          }
          count('ok', 'fanned');
          return;
        }
        const rounds = readCount(state, value.key) + 1;
        writeCount(state, rounds, value.key);
        const next = { ...value, n: value.n - 1 };
        if (next.n > 0) emit(middle, next, timestamp);
        else emit(output, { ...value, text: String(rounds) }, timestamp);
        count('ok', 'returned');
      },
    },
  );
  const other = processorOf(
    { name: 'other', inputs: [middle], outputs: [back] },
    {
      process({ emit, count }, value, timestamp) {
        emit(back, value, timestamp);
        count('ok', 'sent back');
      },
    },
  );
  return topologyOf(first, other);
}

/**
 * Who reads what in a topology, and in which order processors best run. Checks once, at start,
 * what would otherwise show up as records that go nowhere.
 */
import type { Topic } from '@rosi/events';
import type { ProcessorDeclaration, Topology } from './topology.js';

export interface Wiring {
  /** Producers before consumers; a loop is entered at the processor that its outside feeds. */
  readonly processors: readonly ProcessorDeclaration[];
  /** Every topic that a processor reads or writes, by name. */
  readonly topics: ReadonlyMap<string, Topic<unknown>>;
  /** Topics that processors read and none writes: they come from outside. */
  readonly sources: readonly Topic<unknown>[];
  /** Topics that no processor reads: they are stored for readers outside. */
  readonly sinks: readonly Topic<unknown>[];
  consumersOf(topic: string): readonly ProcessorDeclaration[];
}

/** The topics of a declaration, whatever their values are. */
export function inputsOf(declaration: ProcessorDeclaration): readonly Topic<unknown>[] {
  // A runtime only hands values on to the topic that they came with, so their type does not matter.
  return declaration.inputs as readonly Topic<unknown>[];
}

/** As {@link inputsOf}, for outputs. */
export function outputsOf(declaration: ProcessorDeclaration): readonly Topic<unknown>[] {
  return declaration.outputs as readonly Topic<unknown>[];
}

/** Throws on a topology that can't run: names used twice, a processor without inputs. */
export function wire(topology: Topology): Wiring {
  const topics = new Map<string, Topic<unknown>>();
  const consumers = new Map<string, ProcessorDeclaration[]>();
  const written = new Set<string>();
  const names = new Set<string>();
  for (const declaration of topology.processors) {
    checkName(declaration, names);
    for (const topic of inputsOf(declaration)) {
      register(topics, topic);
      const readers = consumers.get(topic.name) ?? [];
      if (readers.includes(declaration)) {
        throw new Error(`Processor ${declaration.name} names its input ${topic.name} twice`);
      }
      consumers.set(topic.name, [...readers, declaration]);
    }
    for (const topic of outputsOf(declaration)) {
      register(topics, topic);
      written.add(topic.name);
    }
  }
  const all = [...topics.values()];
  const sources = all.filter((topic) => !written.has(topic.name));
  return {
    processors: inOrder(topology.processors, sources, consumers),
    topics,
    sources,
    sinks: all.filter((topic) => !consumers.has(topic.name)),
    consumersOf: (topic) => consumers.get(topic) ?? [],
  };
}

function checkName(declaration: ProcessorDeclaration, names: Set<string>): void {
  if (names.has(declaration.name)) {
    throw new Error(`Two processors of the topology are named ${declaration.name}`);
  }
  if (declaration.inputs.length === 0) {
    throw new Error(`Processor ${declaration.name} has no input, so it would never run`);
  }
  names.add(declaration.name);
}

function register(topics: Map<string, Topic<unknown>>, topic: Topic<unknown>): void {
  const known = topics.get(topic.name);
  if (known !== undefined && known !== topic) {
    throw new Error(`Two topics of the topology are named ${topic.name}`);
  }
  topics.set(topic.name, topic);
}

/** Reverse postorder of a depth-first walk from the sources; loops' back edges are passed over. */
function inOrder(
  processors: readonly ProcessorDeclaration[],
  sources: readonly Topic<unknown>[],
  consumers: ReadonlyMap<string, readonly ProcessorDeclaration[]>,
): ProcessorDeclaration[] {
  const seen = new Set<ProcessorDeclaration>();
  const finished: ProcessorDeclaration[] = [];
  const visit = (declaration: ProcessorDeclaration) => {
    if (seen.has(declaration)) return;
    seen.add(declaration);
    // Backwards, because the result is turned round: declared order is kept where it may be.
    for (const topic of outputsOf(declaration).toReversed()) {
      for (const next of (consumers.get(topic.name) ?? []).toReversed()) visit(next);
    }
    finished.push(declaration);
  };
  const fed = sources.flatMap((topic) => consumers.get(topic.name) ?? []);
  for (const declaration of fed.toReversed()) visit(declaration);
  for (const declaration of processors.toReversed()) visit(declaration);
  return finished.toReversed();
}

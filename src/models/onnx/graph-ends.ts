import type { OnnxModel, OnnxNode } from './onnx-graph.js';

/** What a graph does at its two ends. */
export interface GraphEnds {
  /** By output: the operator that computed its values. */
  readonly outputs: Readonly<Record<string, string>>;
  /** By input: the operators that read its values first. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
}

/** Operators that move values without changing them, or only their type. */
const MOVES = new Set([
  'Identity',
  'Cast',
  'Squeeze',
  'Unsqueeze',
  'Reshape',
  'Flatten',
  'Transpose',
  'Slice',
  'Split',
  'Gather',
  'Pad',
  'Concat',
  'DequantizeLinear',
  'QuantizeLinear',
]);

/** Steps that are followed; graphs have no circles, but files can. */
const LONGEST = 16;

export function endsOf({ inputs, outputs, nodes }: OnnxModel): GraphEnds {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  return {
    outputs: Object.fromEntries(outputs.map(({ name }) => [name, producerOf(name, producers)])),
    inputs: Object.fromEntries(inputs.map(({ name }) => [name, consumersOf(name, nodes)])),
  };
}

function producerOf(name: string, producers: ReadonlyMap<string, OnnxNode>): string {
  let node = producers.get(name);
  for (let step = 0; step < LONGEST && node !== undefined && MOVES.has(node.op); step++) {
    node = producers.get(node.inputs[0] ?? '') ?? node;
  }
  return node?.op ?? '';
}

function consumersOf(name: string, nodes: readonly OnnxNode[], depth = 0): readonly string[] {
  const found = new Set<string>();
  for (const node of nodes) {
    if (!node.inputs.includes(name)) continue;
    if (MOVES.has(node.op) && depth < LONGEST) {
      for (const output of node.outputs) {
        for (const op of consumersOf(output, nodes, depth + 1)) found.add(op);
      }
    } else found.add(node.op);
  }
  return [...found];
}

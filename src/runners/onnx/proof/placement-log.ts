/** Nodes of a graph by the execution provider that runs them, e.g. `{ CUDAExecutionProvider: 410, CPUExecutionProvider: 6 }`. */
export type Placement = Readonly<Record<string, number>>;

const PLACED = /\b(?:All nodes|Node\(s\)) placed on \[([A-Za-z0-9_]+)\]\. Number of nodes: (\d+)/g;

/**
 * What ONNX Runtime's log at severity 0 says of where it put the nodes: a line a provider, once for every session and
 * once more for every subgraph (`If`, `Loop`), all of them added up. Empty if the log says nothing of it.
 */
export function readPlacement(log: string): Placement {
  const nodes: Record<string, number> = {};
  for (const [, provider, count] of log.matchAll(PLACED)) {
    nodes[provider] = (nodes[provider] ?? 0) + Number(count);
  }
  return nodes;
}

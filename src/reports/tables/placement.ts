import type { PlacementSummary } from '../../schema/timing-summary.js';

/** `CPUExecutionProvider` as people say it: `CPU`. */
export function providerName(provider: string): string {
  return provider.replace(/ExecutionProvider$/, '');
}

/** ` +CPU` where other providers run some of the nodes, ` on CPU` where they run all of them; else nothing. */
export function placementMark(placement: PlacementSummary | null | undefined): string {
  if (placement === null || placement === undefined) return '';
  const others = Object.keys(placement.nodes)
    .filter((name) => name !== placement.provider)
    .map(providerName);
  if (others.length === 0) return '';
  return (placement.nodes[placement.provider] ?? 0) === 0
    ? ` on ${others.join(', ')}`
    : ` +${others.join(' +')}`;
}

/** `149 nodes on WebGpu (98.0 % of the time), 2 nodes on CPU (2.0 %)`. */
export function placementText({ nodes, timeShare }: PlacementSummary): string {
  const parts = Object.entries(nodes).map(([name, count], i) => {
    const share = timeShare?.[name];
    const time =
      share === undefined ? '' : ` (${(100 * share).toFixed(1)} %${i === 0 ? ' of the time' : ''})`;
    return `${count} nodes on ${providerName(name)}${time}`;
  });
  return parts.join(', ');
}

import type { Summary } from '../../schema/summary.js';

/** `cuda:0, NVIDIA L4, 23 GB` or `cpu, 2 threads`: short enough for a heading. */
export function deviceLabel({ device, models }: Pick<Summary, 'device' | 'models'>): string {
  const { gpu, request } = device;
  if (gpu !== undefined) {
    return [request, gpu.name, ...(gpu.memoryBytes === null ? [] : [memoryOf(gpu.memoryBytes)])].join(', ');
  }
  const threads = new Set(
    models.flatMap(({ timing }) =>
      timing === null || timing.measuredElsewhere === true || timing.threads === 0 ? [] : [timing.threads],
    ),
  );
  const [only] = threads;
  const suffix =
    request === 'cpu' && threads.size === 1 ? `, ${only} ${only === 1 ? 'thread' : 'threads'}` : '';
  return `${request}${suffix}`;
}

/** Labels of several runs, told apart by the runs' names where the devices are called the same, and then by number. */
export function deviceLabels(summaries: readonly Summary[]): readonly string[] {
  const labels = summaries.map(deviceLabel);
  const named = labels.map((label, i) =>
    isAmbiguous(labels, label) ? `${label} (${summaries[i]?.name ?? ''})` : label,
  );
  return named.map((label, i) => (isAmbiguous(named, label) ? `${label} #${i + 1}` : label));
}

function isAmbiguous(labels: readonly string[], label: string): boolean {
  return labels.indexOf(label) !== labels.lastIndexOf(label);
}

/** The memory as cards are spoken of: gibibytes rounded up, since drivers keep some for themselves. */
function memoryOf(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 30)} GB`;
}

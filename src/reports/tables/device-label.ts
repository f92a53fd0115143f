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

/** What tells devices apart that are called the same, what is asked for first in front. */
const MORE: readonly ((summary: Summary) => string)[] = [
  ({ name }) => name,
  ({ device: { cpu, cores } }) => `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}`,
  ({ device: { gpu } }) => `driver ${gpu?.driver ?? 'unknown'}`,
  ({ device: { software } }) => `ONNX Runtime ${software['onnxruntime-node'] ?? 'unknown'}`,
];

/** Labels of several runs. Where devices are called the same, what differs between them is added, at last a number. */
export function deviceLabels(summaries: readonly Summary[]): readonly string[] {
  let labels: readonly string[] = summaries.map(deviceLabel);
  for (const more of MORE) {
    const before = labels;
    labels = before.map((label, i) => {
      const alike = summaries.filter((_, k) => before[k] === label);
      return new Set(alike.map(more)).size > 1 ? `${label} (${more(summaries[i])})` : label;
    });
  }
  return labels.map((label, i) => {
    if (labels.indexOf(label) === labels.lastIndexOf(label)) return label;
    const named = ` (${summaries[i].name})`;
    return `${label.endsWith(named) ? label : label + named} #${i + 1}`;
  });
}

/** The memory as cards are spoken of: gibibytes rounded up, since drivers keep some for themselves. */
function memoryOf(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 30)} GB`;
}

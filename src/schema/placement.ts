import { z } from 'zod';
import { count, figure, orNull, text, type Document } from './basics.js';

export const placement = z.object({
  provider: text.describe('ONNX Runtime\u2019s name of the provider that was asked for.'),
  nodes: z.record(text, count).describe('Nodes by provider.'),
  computing: z
    .exactOptional(z.record(text, z.record(text, count)))
    .describe(
      'Of the nodes that a profiled run went through those that compute (convolutions, products of matrices, attention, recurrent layers): how many of each operator, by provider. Absent in runs of 0.1, and where ONNX Runtime wrote no profile.',
    ),
  timeShare: orNull(z.record(text, figure)).describe(
    'Share of the time in nodes by provider, of a profiled run that was not timed; null if none was made.',
  ),
});
export type PlacementSummary = Document<typeof placement>;
type Placed = Pick<PlacementSummary, 'provider' | 'nodes' | 'computing'>;

/**
 * Operators that a network\u2019s time goes into, fused and quantised forms of them (`FusedConv`, `QLinearMatMul`,
 * `ConvInteger`, `NhwcConv`) and what a provider made of several nodes at once (TensorRT, DirectML, Core ML). What is
 * around them (`Shape`, `Gather`, `Concat`, `Cast`) ONNX Runtime leaves to the CPU by design where it only computes shapes.
 */
const COMPUTING =
  /Conv(?!ert)|MatMul|Gemm|Attention|Einsum|MoE|^(?:[A-Za-z]*LSTM|[A-Za-z]*GRU|RNN)$|^TRTKernel|^DmlFused|CoreML/;

export function computes(operator: string): boolean {
  return COMPUTING.test(operator);
}

/**
 * Where a model is computed: all that computes on the provider that was asked for, only in part, elsewhere, or `untold`
 * where some nodes are elsewhere and it is not known which. Of a network in which nothing is known to compute every node counts.
 */
export function whereComputed({
  provider,
  nodes,
  computing,
}: Placed): 'asked' | 'partly' | 'elsewhere' | 'untold' {
  if ((nodes[provider] ?? 0) === 0) return 'elsewhere';
  if (Object.entries(nodes).every(([name, n]) => name === provider || n === 0)) return 'asked';
  if (computing === undefined) return 'untold';
  const away = computingElsewhere({ provider, computing }).length;
  if (computing[provider] === undefined) return away === 0 ? 'partly' : 'elsewhere';
  return away === 0 ? 'asked' : 'partly';
}

interface Away {
  readonly provider: string;
  readonly operator: string;
  /** Nodes with it there, */
  readonly count: number;
  /** of so many anywhere. */
  readonly of: number;
}

/** Nodes that compute elsewhere than asked. */
export function computingElsewhere({
  provider,
  computing = {},
}: Pick<Placed, 'provider' | 'computing'>): readonly Away[] {
  const everywhere = Object.values(computing);
  const elsewhere = Object.entries(computing).filter(([name]) => name !== provider);
  return elsewhere.flatMap(([name, operators]) =>
    Object.entries(operators).map(([operator, n]) => {
      const of = everywhere.reduce((sum, own) => sum + (own[operator] ?? 0), 0);
      return { provider: name, operator, count: n, of };
    }),
  );
}

/** `12 of 80 Conv on CPUExecutionProvider`, or on what that is called by `nameOf`. */
export function awayInWords(
  placed: Pick<Placed, 'provider' | 'computing'>,
  nameOf: (provider: string) => string = (provider) => provider,
): readonly string[] {
  return computingElsewhere(placed).map(
    ({ provider, operator, count: n, of }) => `${n} of ${of} ${operator} on ${nameOf(provider)}`,
  );
}

import { feedingDifferences, protocolOf, sharedSignatures } from './admissibility.js';
import type { ModelPair } from './pair-models.js';
import type { SideFacts } from './side.js';
import { machineDifferences } from './stored-latency.js';

/** What differs between two sides and forbids nothing, each in a sentence. */
export function remarksOn(a: SideFacts, b: SideFacts, pairs: readonly ModelPair[]): readonly string[] {
  const shared = sharedSignatures(a, b).map(protocolOf);
  const alone = [...a.signatures, ...b.signatures].map(protocolOf).filter((one) => !shared.includes(one));
  const machines = machineDifferences(a, b).filter((difference) => !difference.startsWith('device'));
  return [
    ...(machines.length > 0 ? [`Made on different machines: ${machines.join(', ')}.`] : []),
    ...(a.environment.onnxruntime === b.environment.onnxruntime
      ? []
      : [`Run by ONNX Runtime ${a.environment.onnxruntime} and ${b.environment.onnxruntime}.`]),
    ...(a.maskbenchVersion === b.maskbenchVersion
      ? []
      : [`Made by Maskbench ${a.maskbenchVersion} and ${b.maskbenchVersion}.`]),
    ...(alone.length > 0 ? [`Scored on one side only and left out: ${[...new Set(alone)].join(', ')}.`] : []),
    ...pairs.flatMap(({ baseline, candidate }) => {
      const names = `${baseline.name} and ${candidate.name}`;
      const parts = baseline.name === candidate.name ? [] : feedingDifferences(baseline, candidate);
      return [
        ...(parts.length > 0
          ? [`${names} are fed differently, each in its own way: ${parts.join(', ')}.`]
          : []),
        ...(baseline.sha256 === candidate.sha256 ? [`${names} are the same file.`] : []),
      ];
    }),
  ];
}

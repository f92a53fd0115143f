import type { Difference } from '../../schema/comparison.js';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import type { ModelPair } from './pair-models.js';
import { isService } from './service-changes.js';
import type { SideFacts, SideModel } from './side.js';
import { machineDifferences } from './stored-latency.js';

/**
 * What differs in the settings of two sides so that their scores must not be compared with each other: metric
 * conventions, the feeding of a model that both sides call by one name, the runner's options, the device.
 * Two models of different names are two products, each fed in its own way; that is no difference but a remark.
 */
export function settingsDifferences(
  a: SideFacts,
  b: SideFacts,
  pairs: readonly ModelPair[],
): readonly Difference[] {
  return [
    ...signatureDifferences(a, b),
    ...pairs.flatMap(({ baseline, candidate }): Difference[] => {
      if (baseline.name !== candidate.name) return [];
      const parts = feedingDifferences(baseline, candidate);
      if (parts.length === 0) return [];
      return [{ subject: 'feeding', message: `${baseline.name} is fed differently (${parts.join(', ')})` }];
    }),
    ...differing('', a.runner, b.runner).map((part): Difference => ({
      subject: 'runner',
      message: `runner option ${part}`,
    })),
    ...(a.device === b.device
      ? []
      : [{ subject: 'device' as const, message: `device ${a.device} against ${b.device}` }]),
  ];
}

function signatureDifferences(a: SideFacts, b: SideFacts): readonly Difference[] {
  const theirs = new Map(b.signatures.map((signature) => [protocolOf(signature), signature]));
  const differences = a.signatures.flatMap((own): Difference[] => {
    const other = theirs.get(protocolOf(own));
    if (other === undefined || other === own) return [];
    return [{ subject: 'signature', message: `signature ${own} against ${other}` }];
  });
  if (a.signatures.some((own) => theirs.has(protocolOf(own)))) return differences;
  const message = `no protocol in common (${protocolsOf(a)} against ${protocolsOf(b)})`;
  return [{ subject: 'signature', message }];
}

/** The signatures that both sides have; only metrics of these protocols are compared. */
export function sharedSignatures(a: SideFacts, b: SideFacts): readonly string[] {
  return a.signatures.filter((own) => b.signatures.some((other) => protocolOf(own) === protocolOf(other)));
}

export function protocolOf(signature: string): string {
  return signature.split('|')[0] ?? signature;
}

function protocolsOf({ signatures }: SideFacts): string {
  return signatures.map(protocolOf).join(', ');
}

/** Fields of a spec that say nothing about how the model is fed and read; the files are compared by their bytes. */
const ELSEWHERE: readonly string[] = [
  'name',
  'title',
  'family',
  'specialisation',
  'licence',
  'trainedOn',
  'trainingSource',
  'publishedAs',
  'expected',
  'notes',
  'files',
  'masks',
  'command',
];

/** What makes mattes, by the feeding of its spec; any other is a network. */
const KINDS: Readonly<Record<string, string>> = {
  precomputed: 'precomputed masks',
  command: 'a program',
  http: 'a service',
};

const kindOf = ({ spec }: SideModel): string =>
  ('feeding' in spec ? KINDS[String(spec.feeding)] : undefined) ?? 'a model that is run';

const commandOf = ({ spec }: SideModel): object =>
  'command' in spec && isRecord(spec.command) ? spec.command : {};

/** The parts of preprocessing and postprocessing in which two models differ, as `input.width 320 against 1024`. */
function feedingDifferences(a: SideModel, b: SideModel): readonly string[] {
  const [own, other] = [kindOf(a), kindOf(b)];
  if (own !== other) return [`${own} against ${other}`];
  const fed = ({ spec }: SideModel): object =>
    Object.fromEntries(Object.entries(spec).filter(([key]) => !ELSEWHERE.includes(key)));
  return differing('', fed(a), fed(b));
}

/**
 * Whether two models have one key: the same file, fed and read in the same way by the same runner on the same device. Masks
 * that were made elsewhere have no file that would make the same ones again.
 */
export function haveOneKey(a: SideFacts, b: SideFacts, { baseline, candidate }: ModelPair): boolean {
  return (
    baseline.bytes > 0 &&
    baseline.sha256 === candidate.sha256 &&
    feedingDifferences(baseline, candidate).length === 0 &&
    differing('', commandOf(baseline), commandOf(candidate)).length === 0 &&
    differing('', a.runner, b.runner).length === 0 &&
    a.device === b.device
  );
}

/** Every leaf of two records that is not the same, with its path. */
function differing(prefix: string, a: object, b: object): string[] {
  const theirs = new Map<string, unknown>(Object.entries(b));
  const ours = new Map<string, unknown>(Object.entries(a));
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key): string[] => {
    const [own, other] = [ours.get(key), theirs.get(key)];
    if (text(own) === text(other)) return [];
    if (isRecord(own) && isRecord(other)) return differing(`${prefix}${key}.`, own, other);
    return [`${prefix}${key} ${text(own)} against ${text(other)}`];
  });
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? 'none' : canonicalJson(value);
}

/** By what names the content of a run, also of the run that a baseline was made of; by the folder where nothing does. */
function areSameRun(a: SideFacts, b: SideFacts): boolean {
  const [own, other] = [a, b].map(({ evidence }) =>
    evidence?.kind === 'sealed' ? evidence.root : undefined,
  );
  if (own !== undefined || other !== undefined) return own === other;
  return a.kind === 'run' && b.kind === 'run' && a.label === b.label;
}

/** What differs between two sides and forbids nothing, each in a sentence. */
export function remarksOn(a: SideFacts, b: SideFacts, pairs: readonly ModelPair[]): readonly string[] {
  const shared = sharedSignatures(a, b).map(protocolOf);
  const alone = [...a.signatures, ...b.signatures].map(protocolOf).filter((one) => !shared.includes(one));
  const machines = machineDifferences(a, b).filter((difference) => !difference.startsWith('device'));
  const same = areSameRun(a, b) ? pairs.filter((pair) => pair.baseline.name === pair.candidate.name) : [];
  return [
    ...(same.length > 0
      ? [
          `Baseline and candidate are the same run: ${same.map(({ candidate }) => candidate.name).join(', ')} is held against itself.`,
        ]
      : []),
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
      const told = [baseline, candidate].filter(({ version }) => version !== undefined);
      const commands =
        baseline.name === candidate.name ? differing('', commandOf(baseline), commandOf(candidate)) : [];
      return [
        ...(commands.length > 0
          ? [`The program ${baseline.name} is run by another command: ${commands.join(', ')}.`]
          : []),
        ...(parts.length > 0
          ? [`${names} are fed differently, each in its own way: ${parts.join(', ')}.`]
          : []),
        ...(baseline.sha256 === candidate.sha256
          ? [`${names} are the same ${isService(baseline) ? 'service, asked in the same way' : 'file'}.`]
          : []),
        ...(baseline.version === candidate.version
          ? []
          : [
              `By their own words: ${told.map(({ name, version }) => `${name} is version ${version}`).join(', ')}.`,
            ]),
      ];
    }),
  ];
}

/**
 * The one line that refuses a comparison, naming everything that differs. Status 64 where a setting differs, 65 where
 * only data do.
 */
export function refusal(a: SideFacts, b: SideFacts, differences: readonly Difference[]): MaskbenchError {
  const ofData = differences.every(({ subject }) => DATA.includes(subject));
  const what = differences.map(({ message }) => message).join('; ');
  return new MaskbenchError(
    ofData ? 'data.unpaired' : 'run.mismatch',
    `${a.label} and ${b.label} cannot be compared: ${what}`,
    {
      remedy:
        'evaluate both under the same settings on the same images, or compare what is common with --force (the result is marked)',
    },
  );
}

const DATA: readonly Difference['subject'][] = ['dataset', 'images', 'units', 'failed-cells'];

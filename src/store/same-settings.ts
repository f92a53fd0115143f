import { MaskbenchError } from '../core/errors.js';
import { canonicalJson } from '../core/hash.js';
import { chosenText } from '../schema/chosen-images.js';
import { providersOf } from '../runners/devices.js';
import { recordedRunner } from '../runners/runner-of.js';
import { keptCount } from './kept-mattes.js';
import type { Manifest } from './manifest.js';
import { resumableDataset } from './run-readings.js';

/**
 * More mattes than before may be kept: whether they are there, and may be made again, is looked at elsewhere.
 *
 * @throws MaskbenchError `run.mismatch`, naming the settings in which a run to resume differs from what is asked for.
 */
export function assertSameSettings(existing: Manifest, wanted: Manifest, where: string): void {
  const before = existing.settings;
  const now = wanted.settings;
  const keys = [...new Set([...Object.keys(now), ...Object.keys(before)])] as (keyof typeof now)[];
  const differing = keys.filter((key) =>
    key === 'device'
      ? providersOf(before.device) !== providersOf(now.device)
      : key === 'datasets'
        ? canonicalJson(before.datasets.map(resumableDataset)) !==
          canonicalJson(now.datasets.map(resumableDataset))
        : key === 'models'
          ? canonicalJson(lasting(before)) !== canonicalJson(lasting(now))
          : key === 'mattes'
            ? keptCount(now) < keptCount(before)
            : canonicalJson(before[key] ?? null) !== canonicalJson(now[key] ?? null),
  );
  if (differing.length === 0) return;
  if (before.untilDecided === undefined || now.untilDecided === undefined) {
    if (before.untilDecided !== now.untilDecided)
      throw new MaskbenchError(
        'run.mismatch',
        `the run was begun by ${before.untilDecided === undefined ? '"maskbench run"' : '"maskbench check --until-decided", in an order of its own'}`,
        { where, remedy: 'continue it with the command that began it, or choose another folder with --out' },
      );
  }
  const details = differing.map((key) => {
    const versions = key === 'models' ? versionsInWords(before, now) : [];
    if (versions.length > 0) return versions.join(', ');
    const [own, fresh] = [without(before[key], now[key]), without(now[key], before[key])];
    if (key === 'untilDecided' && isRecord(own)) return `the ${Object.keys(own).join(' and ')} of the check`;
    const [there, here] =
      key === 'sample'
        ? [sampleInWords(before), sampleInWords(now)]
        : key === 'plugins'
          ? [otherPlugins(before, now), otherPlugins(now, before)]
          : key === 'mattes'
            ? [before.mattes ?? 'all', now.mattes ?? 'all']
            : [inWords(own), inWords(fresh)];
    return there.length + here.length < 120 ? `${key} (${there} there, ${here} now)` : key;
  });
  throw new MaskbenchError('run.mismatch', `the run was made under other settings: ${details.join(', ')}`, {
    where,
    remedy: 'resume with the same config, or choose another folder with --out',
  });
}

/** The models without what a resumed run may change of them. */
function lasting({ models }: Manifest['settings']): readonly object[] {
  return models.map(({ spec, ...facts }) => ({
    ...facts,
    spec: recordedRunner(spec.feeding)?.lasting?.(spec) ?? spec,
  }));
}

/** Of the programs that tell another version than they did. */
function versionsInWords(before: Manifest['settings'], now: Manifest['settings']): readonly string[] {
  return now.models.flatMap(({ spec: { name }, version }) => {
    const was = before.models.find(({ spec }) => spec.name === name);
    return was === undefined || was.version === version
      ? []
      : [`${name} (version ${was.version ?? 'untold'} there, ${version ?? 'untold'} now)`];
  });
}

function sampleInWords({ sample }: Manifest['settings']): string {
  return sample === undefined ? 'none' : chosenText({ kind: 'drawn', ...sample });
}

/** Of the plug-ins those that the other run has not, or has in another version. */
function otherPlugins(own: Manifest['settings'], other: Manifest['settings']): string {
  const words = ({ plugins = [] }: Manifest['settings']): readonly string[] =>
    plugins.map(({ name, version }) => `${name} ${version}`);
  const theirs = words(other);
  const only = words(own).filter((one) => !theirs.includes(one));
  return only.join(', ') || 'none';
}

/** `threshold: 128, resize: true`. */
function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (!isRecord(value)) return canonicalJson(value);
  return (
    Object.entries(value)
      .map(([key, of]) => `${key}: ${canonicalJson(of)}`)
      .join(', ') || 'none'
  );
}

/** Of a record what is not the same in another one; anything else as it is. */
function without(value: unknown, other: unknown): unknown {
  if (!isRecord(value) || !isRecord(other)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, of]) => canonicalJson(of) !== canonicalJson(other[key])),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { MaskbenchError } from '../core/errors.js';
import { canonicalJson } from '../core/hash.js';
import type { PluginVersion } from '../core/plugins/parts.js';
import type { RecordedProtocol } from '../schema/recorded-protocol.js';
import type { Conventions, Metric } from './metric.js';
import type { Protocol } from './protocol.js';

/** What is written of a plug-in's protocol, so that its scores can be read where the plug-in is not. */
export function describeForRecord(
  { id, title, headline, table, curves, version, metrics, signature }: Protocol,
  { threshold, empty }: Conventions,
  { name, version: pluginVersion }: PluginVersion,
): RecordedProtocol {
  return {
    id,
    title,
    headline,
    holdsThreshold: curves?.holdsThreshold === true,
    table,
    version,
    curves: curves !== undefined,
    signature: signature({ threshold, empty }),
    metrics: metrics.map(({ meta, ofCounts }) => ({
      id: meta.id,
      name: meta.name,
      // JSON has no infinity.
      range: [Number.isFinite(meta.range[0]) ? meta.range[0] : null, meta.range[1]],
      better: meta.better,
      formula: meta.formula,
      source: meta.source,
      emptyMasks: meta.emptyMasks,
      pooled: ofCounts !== undefined,
      needsPicture: meta.needsPicture === true,
    })),
    plugin: { name, version: pluginVersion },
  };
}

interface Signature {
  readonly parts: readonly string[];
  readonly version: number;
}

// Data alone, of the runs that were read: nothing of it computes anything.
const known = new Map<string, RecordedProtocol>();
/** By protocol, version of the plug-in, and the conventions of the run. */
const signatures = new Map<string, Signature>();

/**
 * Takes note of protocols that a run or a baseline describes.
 *
 * @throws MaskbenchError `run.mismatch` where another one described the same protocol differently.
 */
export function noteProtocols(
  recorded: readonly RecordedProtocol[],
  where: string,
  conventions?: Conventions,
): void {
  for (const one of recorded) {
    const { id, signature, plugin } = one;
    const there = known.get(id);
    if (there !== undefined && meaningOf(there) !== meaningOf(one)) {
      throw new MaskbenchError('run.mismatch', `its protocol "${id}" is not that of the other run`, {
        where,
        remedy: `it was made with another version of the plug-in "${plugin.name}" (${plugin.version})`,
      });
    }
    known.set(id, one);
    if (conventions !== undefined)
      signatures.set(nameOf(id, plugin, conventions), { parts: signature, version: one.version });
  }
}

/**
 * What the signature of a protocol has under this version of its plug-in, as a run with these conventions recorded it.
 *
 * @throws MaskbenchError `config.unknown-name` if none did.
 */
export function recordedSignature(id: string, plugin: PluginVersion, conventions: Conventions): Signature {
  const found = signatures.get(nameOf(id, plugin, conventions));
  if (found !== undefined) return found;
  throw pluginMissing(id, plugin);
}

function nameOf(id: string, { version }: PluginVersion, { threshold, empty }: Conventions): string {
  return `${id} ${version} ${threshold} ${empty}`;
}

/** What figures mean by it; a title may change. */
function meaningOf({ version, metrics }: RecordedProtocol): string {
  const figures = metrics.map(({ id, range, better, pooled }) => ({ id, range, better, pooled }));
  return canonicalJson({ version, figures });
}

/** Protocols of plug-ins that are not loaded, as far as runs that were read describe them. */
export function notedProtocols(): readonly Protocol[] {
  return [...known.values()].map(standIn);
}

function standIn(recorded: RecordedProtocol): Protocol {
  const { id, title, headline, table, version, metrics, plugin } = recorded;
  const missing = (): never => {
    throw pluginMissing(id, plugin);
  };
  return {
    id,
    title,
    headline,
    table,
    version,
    conventions: ['threshold', 'empty'],
    plugin,
    signature: (conventions) => recordedSignature(id, plugin, conventions).parts,
    main: metrics.map((metric) => metric.id),
    ...(recorded.curves
      ? { curves: { protocol: id, holdsThreshold: recorded.holdsThreshold, confusions: missing, scores: {} } }
      : {}),
    metrics: metrics.map(({ range: [low, high], pooled, needsPicture, ...meta }): Metric => ({
      meta: {
        ...meta,
        protocol: id,
        range: [low ?? Number.NEGATIVE_INFINITY, high],
        cost: 'pixels',
        ...(needsPicture ? { needsPicture } : {}),
      },
      compute: missing,
      ...(pooled ? { ofCounts: missing } : {}),
    })),
  };
}

/** What cannot be done without the plug-in, said by its name. */
function pluginMissing(what: string, { name, version }: PluginVersion): MaskbenchError {
  return new MaskbenchError(
    'config.unknown-name',
    `"${what}" takes the plug-in "${name}" (${version}), which is not loaded`,
    {
      remedy: 'name a config that has it under "plugins" with --config',
    },
  );
}

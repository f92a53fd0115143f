import { MaskbenchError } from '../core/errors.js';
import { pluginsOf } from '../core/plugins/load-plugins.js';
import type { PluginVersion } from '../core/plugins/parts.js';
import type { DatasetSpec } from '../datasets/spec.js';
import type { Conventions } from '../metrics/metric.js';
import type { ModelSpec } from '../models/spec/spec.js';
import { PROTOCOL_IDS, protocolsOf } from '../metrics/registry.js';
import { describeForRecord } from '../metrics/recorded-protocols.js';
import type { RecordedProtocol } from '../schema/recorded-protocol.js';

interface Asked {
  readonly models: readonly { readonly spec: Pick<ModelSpec, 'feeding'> }[];
  readonly datasets: readonly { readonly spec: Pick<DatasetSpec, 'layout'> }[];
  readonly scoring: Conventions & { readonly protocols: readonly string[] };
}

/** The plug-ins that figures of a run depend on: those of its protocols, layouts and runners. A source is recorded as one of ours. */
export function pluginsOfRun({ models, datasets, scoring }: Asked): readonly PluginVersion[] {
  const names = [...models.map(({ spec }) => spec.feeding), ...datasets.map(({ spec }) => spec.layout)];
  // Only a protocol is called as its plug-in is; any other name has a full stop, or is one of ours.
  return pluginsOf([...scoring.protocols, ...names.filter((name) => name.includes('.'))]).map(
    ({ name, version }) => ({ name, version }),
  );
}

/** What a manifest says of protocols of plug-ins. */
export function recordedProtocols({ scoring }: Pick<Asked, 'scoring'>): {
  readonly protocols?: readonly RecordedProtocol[];
} {
  const recorded = protocolsOf(scoring.protocols.filter((id) => !PROTOCOL_IDS.includes(id))).flatMap(
    (protocol): readonly RecordedProtocol[] =>
      pluginsOf([protocol.id]).map((plugin) => describeForRecord(protocol, scoring, plugin)),
  );
  return recorded.length === 0 ? {} : { protocols: recorded };
}

/**
 * Refuses to go on with a run or a plan whose plug-ins nobody has named, or in another version: its folder says which they were, and
 * never loads them.
 *
 * @param what it is, for the message
 * @throws MaskbenchError `run.mismatch`.
 */
export function assertPluginsLoaded(
  plugins: readonly PluginVersion[],
  where: string,
  what: 'run' | 'plan' = 'run',
): void {
  for (const { name, version } of plugins) {
    const [loaded] = pluginsOf([name]);
    if (loaded?.version === version) continue;
    throw new MaskbenchError(
      'run.mismatch',
      `the ${what} was made with the plug-in "${name}" (${version}), ${loaded === undefined ? 'which is not loaded' : `and another is loaded (${loaded.version})`}`,
      {
        where,
        remedy:
          loaded === undefined
            ? 'name the config that has it under "plugins" with --config'
            : `restore it, or begin another ${what} with --out`,
      },
    );
  }
}

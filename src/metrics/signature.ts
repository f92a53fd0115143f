import type { PluginVersion } from '../core/plugins/parts.js';
import type { Conventions } from './metric.js';
import { recordedSignature } from './recorded-protocols.js';
import { protocolsOf } from './registry.js';

/** How predictions of another size are brought to their ground truth's: as `cv2.resize` does by default. */
export const RESIZE_METHOD = 'bilinear';

/** What the protocols let a run choose, and what is done to images before a metric sees them. */
export interface ScoringConventions extends Conventions {
  /** Whether predictions are brought to the ground truth's size; sizes have to agree otherwise. */
  readonly resize?: boolean;
}

export interface SignatureOptions {
  /** What the values of ground truths and of masks made elsewhere mean; left out where that is plain opacity. */
  readonly truths?: string;
  readonly masks?: string;
  /** Those that a run was made with; in another version than the one loaded, a protocol's parts are as the run recorded them. */
  readonly plugins?: readonly PluginVersion[];
  /** Pictures in one inference; left out where each was computed alone, or as if. */
  readonly batch?: number;
  /** For a number of many images: the mean of theirs, or one of their pixels pooled. */
  readonly aggregate?: 'mean' | 'pooled';
}

/**
 * One short string that pins every convention behind a protocol's numbers, in the manner of sacreBLEU: the protocol,
 * `key:value` parts, the version. Numbers may be compared with each other only when their signatures are equal.
 *
 * @throws MaskbenchError `config.unknown-name` if there is no such protocol.
 */
export function signatureOf(
  id: string,
  conventions: ScoringConventions,
  { truths, masks, plugins = [], batch, aggregate }: SignatureOptions = {},
): string {
  const [protocol] = protocolsOf([id]);
  const plugin = plugins.find(({ name }) => name === protocol.plugin?.name) ?? protocol.plugin;
  const { parts, version } =
    plugin === undefined || plugin.version === protocol.plugin?.version
      ? { parts: protocol.signature(conventions), version: protocol.version }
      : recordedSignature(id, plugin, conventions);
  return [
    id,
    ...parts,
    ...(plugin === undefined ? [] : [`plugin:${plugin.version}`]),
    ...(conventions.resize === true ? [`resize:${RESIZE_METHOD}`] : []),
    ...(truths === undefined ? [] : [`truths:${truths}`]),
    ...(masks === undefined ? [] : [`masks:${masks}`]),
    ...(batch === undefined ? [] : [`batch:${batch}`]),
    ...(aggregate === undefined ? [] : [`agg:${aggregate}`]),
    `v:${version}`,
  ].join('|');
}

/** The signature of each protocol, in the order given. */
export function signaturesOf(
  protocols: readonly string[],
  conventions: ScoringConventions,
  options: SignatureOptions = {},
): readonly string[] {
  return protocols.map((protocol) => signatureOf(protocol, conventions, options));
}

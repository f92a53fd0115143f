import { DEFAULT_CONVENTIONS } from '../../metrics/metric.js';
import { DEFAULT_PROTOCOLS } from '../../metrics/registry.js';
import { signatureOf, type SignatureOptions } from '../../metrics/signature.js';
import { decideFolders, type FolderValues } from './folder-readings.js';
import { planPlainFolders, type PlainFolders } from './plain-layout.js';
import {
  scoreFolders,
  sumCells,
  type FolderCell,
  type FolderResults,
  type FolderScoring,
} from './score-folders.js';

/** The two folders, and what is not as by default: protocol `fixed`, its threshold of 128, sizes that must agree. */
export interface PlainFolderRequest extends PlainFolders, Partial<Omit<FolderScoring, 'readings'>> {
  readonly values?: FolderValues;
  /** Is told the cells of one ground truth after another, in the order of their ids. */
  readonly onTruth?: (cells: readonly FolderCell[]) => void;
  readonly signal?: AbortSignal;
}

export interface PlainFolderScores extends FolderResults {
  /** What pins every convention behind the scores, by protocol. */
  readonly signatures: Readonly<Record<string, string>>;
  /** What was left out, and how masks are read where that is not plain. */
  readonly warnings: readonly string[];
}

/**
 * Scores a folder of predictions against one of ground truths; what is wrong with a single image is in `failures`.
 *
 * @throws MaskbenchError as `planPlainFolders`, `decideFolders` and `scoreFolders` do.
 */
export async function scorePlainFolders(request: PlainFolderRequest): Promise<PlainFolderScores> {
  const { values = {}, onTruth = () => undefined, signal = new AbortController().signal } = request;
  const { protocols = DEFAULT_PROTOCOLS, conventions = DEFAULT_CONVENTIONS, resize = false } = request;
  const plan = await planPlainFolders(request);
  const readings = await decideFolders(plan, values, signal);
  const scoring = { protocols, conventions, resize, readings };
  const results = await sumCells(scoreFolders(plan, scoring, signal), plan, scoring, onTruth);
  const warnings = [...plan.warnings, ...readings.remarks];
  return { ...results, signatures: signaturesByProtocol(scoring, 'mean'), warnings };
}

/** The signature of each protocol that is scored. */
export function signaturesByProtocol(
  { protocols, conventions, readings, resize }: FolderScoring,
  aggregate?: SignatureOptions['aggregate'],
): Readonly<Record<string, string>> {
  const options: SignatureOptions = {
    ...readings.inSignature,
    ...(aggregate === undefined ? {} : { aggregate }),
  };
  return Object.fromEntries(
    protocols.map((protocol) => [protocol, signatureOf(protocol, { ...conventions, resize }, options)]),
  );
}

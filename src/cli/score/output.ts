import type { FolderPlan } from '../../scoring/folders/folder-plan.js';
import type { FolderCell, FolderResults, FolderScoring } from '../../scoring/folders/score-folders.js';
import { signatureOf, type SignatureOptions } from '../../metrics/signature.js';

/** How scores are written: cell by cell as they come, so that nothing piles up, and what they come to at the end. */
export interface ScoreOutput {
  cell(cell: FolderCell): void;
  end(results: FolderResults): void;
}

export interface OutputRequest {
  readonly plan: FolderPlan;
  readonly scoring: FolderScoring;
  readonly perImage: boolean;
  out(text: string): void;
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

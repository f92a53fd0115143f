import type { CliContext } from '../context.js';

/** A format that is more than a document's text: it reads run folders and writes as it goes. */
export interface Export {
  readonly name: string;
  /** What it is, in a few words. */
  readonly summary: string;
  /** @param out as given: a file or, of several files, their folder */
  write(folders: readonly string[], out: string | undefined, context: CliContext): Promise<void>;
}

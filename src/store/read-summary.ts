import { readFile } from 'node:fs/promises';
import { MaskbenchError } from '../core/errors.js';
import { describeProtocols } from '../metrics/describe.js';
import { SCHEMA_VERSION, summarySchema, type Summary } from '../schema/summary.js';
import type { RunFolder } from './run-folder.js';

const AGAIN = 'make it again with "maskbench run <config> --resume"';

/**
 * The summary of a run folder, checked against its schema. Keys that the schema does not have are left alone.
 *
 * @throws MaskbenchError `data.missing` (no finished run), `run.mismatch` (another schema version) or `data.unreadable`
 *   (damaged), naming the first place that is not as it should be.
 */
export async function readSummary(folder: RunFolder): Promise<Summary> {
  let text: string;
  try {
    text = await readFile(folder.summary, 'utf8');
  } catch (cause) {
    throw new MaskbenchError('data.missing', 'no finished run in this folder (summary.json)', {
      where: folder.path,
      remedy: 'finish it with "maskbench run <config> --resume"',
      cause,
    });
  }
  const summary = parse(text, folder);
  const version = versionOf(summary);
  if (version !== SCHEMA_VERSION) {
    throw new MaskbenchError('run.mismatch', `the run has schema version ${String(version)}`, {
      where: folder.path,
      remedy: `this Maskbench reads version ${SCHEMA_VERSION}`,
    });
  }
  const { success, error } = summarySchema.safeParse(summary);
  if (success) return described(summary as Summary);
  const [{ path, message }] = error.issues;
  throw damaged(`${path.map(String).join('.') || 'the file'}: ${message}`, folder, error);
}

/** Summaries of 0.1 do not say by which protocols they were scored, but in their signatures. */
function described(summary: Summary): Summary {
  const ids = summary.signatures.map((signature) => signature.split('|', 1)[0]);
  return { ...describeProtocols(ids), ...summary };
}

function parse(text: string, folder: RunFolder): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('not JSON', folder, cause);
  }
}

function versionOf(summary: unknown): unknown {
  return typeof summary === 'object' && summary !== null && 'schemaVersion' in summary
    ? summary.schemaVersion
    : undefined;
}

function damaged(how: string, { summary }: RunFolder, cause: unknown): MaskbenchError {
  return new MaskbenchError('data.unreadable', `damaged summary: ${how}`, {
    where: summary,
    remedy: AGAIN,
    cause,
  });
}

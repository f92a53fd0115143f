import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { MaskbenchError } from '../core/errors.js';
import { plainIssue } from '../core/plain-issue.js';
import { systemCode } from '../core/system-code.js';
import { unreadable } from '../core/unreadable.js';
import { firstIssue } from '../core/jsonl.js';

interface DocumentRules {
  /** The versions that a document carries by key, and the latest that this Maskbench reads. */
  readonly versions: Readonly<Record<string, number>>;
  /** What is said where there is no such file. */
  readonly missing: { readonly message: string; readonly where: string; readonly remedy?: string };
  /** What to do about a damaged one. */
  readonly remedy: string;
}

/**
 * A whole JSON file, checked by its schema. Its version comes first: what a later Maskbench wrote is refused by name, and
 * not for the first key that looks odd.
 *
 * @throws MaskbenchError `data.missing`, `run.mismatch` (a version that this Maskbench does not read) or
 *   `data.unreadable`, naming the first place that is not as it should be.
 */
export async function readDocument<S extends z.ZodType>(
  path: string,
  schema: S,
  { versions, missing, remedy }: DocumentRules,
): Promise<z.output<S>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (!['ENOENT', 'ENOTDIR'].includes(systemCode(cause))) throw unreadable(path, cause);
    const { message, ...details } = missing;
    throw new MaskbenchError('data.missing', message, { ...details, cause });
  });
  const damaged = (how: string, cause: unknown): MaskbenchError =>
    new MaskbenchError('data.unreadable', how, { where: path, remedy, cause });
  if (text === '') throw damaged('the file is empty (0 bytes)', undefined);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged('not JSON', cause);
  }
  assertVersions(value, versions, path);
  const { success, data, error } = schema.safeParse(value, { error: plainIssue });
  if (success) return data;
  throw damaged(firstIssue(error), error);
}

/** A key that is not there is left to the schema. */
function assertVersions(value: unknown, versions: DocumentRules['versions'], where: string): void {
  const found = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  for (const [key, latest] of Object.entries(versions)) {
    const version = found.get(key);
    if (typeof version !== 'number' || version <= latest) continue;
    throw new MaskbenchError('run.mismatch', `${key} ${version} was written by a later Maskbench`, {
      where,
      remedy: `this one reads version ${latest}`,
    });
  }
}

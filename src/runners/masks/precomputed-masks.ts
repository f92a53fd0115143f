import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { joinInside } from '../../core/safe-path.js';
import type { PlannedSample } from '../../schema/planned-sample.js';

/** Where a mask is looked for in a folder whose names are not said. */
const USUAL = ['{dataset}/{id}.png', '{id}.png', '{stem}.png'] as const;

type Named = Pick<PlannedSample, 'dataset' | 'id'>;

/**
 * The file of a sample's mask, there or not.
 *
 * @param pattern an absolute path with `{dataset}`, `{id}` and `{stem}` (the id's last part), or a folder.
 * @throws MaskbenchError `data.unsafe-path` for an id that would leave the pattern's folder.
 */
export function maskPathOf(pattern: string, sample: Named): string {
  if (pattern.includes('{')) {
    const folder = dirname(`${pattern.slice(0, pattern.indexOf('{'))}x`);
    return joinInside(folder, fill(pattern.slice(folder.length + 1), sample));
  }
  const usual = USUAL.map((names) => joinInside(pattern, fill(names, sample)));
  return usual.find((path) => existsSync(path)) ?? usual[0];
}

function fill(pattern: string, { dataset, id }: Named): string {
  const stem = id.slice(id.lastIndexOf('/') + 1);
  const values: Readonly<Record<string, string>> = { dataset, id, stem };
  return pattern.replaceAll(/\{(dataset|id|stem)\}/g, (_match, key: string) => values[key] ?? '');
}

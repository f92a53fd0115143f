import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { ownVersion } from '../../src/core/package-root.js';

// What somebody can do who edits a run and wants it to look whole, by the rules of docs/evidence.md and with nothing of ours but the number of the version.

type Json = Record<string, unknown>;

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** A record as a line with its sum. */
export function sealedLine(record: Json): string {
  const { sum: _, ...rest } = record;
  const text = JSON.stringify(rest);
  return `${text.slice(0, -1)},"sum":"${sha256(text).slice(0, 16)}"}`;
}

export async function linesOf(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').slice(0, -1);
}

export async function recordsOf(path: string): Promise<readonly Json[]> {
  return (await linesOf(path)).map((line) => JSON.parse(line) as Json);
}

export async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
}

const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        )
      : value;

/** What the last line of every cell says. */
async function lastByCell(path: string): Promise<ReadonlyMap<string, unknown>> {
  const records = existsSync(path) ? await recordsOf(path) : [];
  return new Map(
    records.map(({ model, dataset, id, status }) => [JSON.stringify([model, dataset, id]), status]),
  );
}

async function countCells(folder: string): Promise<Json> {
  const predictions = await lastByCell(join(folder, 'predictions.jsonl'));
  const scores = await lastByCell(join(folder, 'scores.jsonl'));
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
    settings: { models: readonly { spec: { name: string } }[] };
  };
  let [planned, scored, failed] = [0, 0, 0];
  for (const { kind, dataset, id } of await recordsOf(join(folder, 'plan.jsonl'))) {
    for (const { spec } of manifest.settings.models) {
      const cell = JSON.stringify([spec.name, dataset, id]);
      planned++;
      if (kind === 'problem' || predictions.get(cell) === 'failed' || scores.get(cell) === 'failed') failed++;
      else if (scores.get(cell) === 'done') scored++;
    }
  }
  return { planned, scored, failed };
}

/** Of the pixels of the mattes that are there, in the lines of those that are done. */
async function takeDigests(folder: string): Promise<void> {
  const path = join(folder, 'predictions.jsonl');
  const lines: string[] = [];
  for (const line of await linesOf(path)) {
    const record = JSON.parse(line) as Json;
    const matte = join(
      folder,
      'predictions',
      String(record['model']),
      String(record['dataset']),
      `${String(record['id'])}.png`,
    );
    const pixels =
      record['status'] === 'done' && existsSync(matte)
        ? await sharp(matte)
            .extractChannel(0)
            .raw()
            .toBuffer()
            .catch(() => undefined)
        : undefined;
    lines.push(JSON.stringify(pixels === undefined ? record : { ...record, matteSha256: sha256(pixels) }));
  }
  await writeLines(path, lines);
}

/** Every sum, every digest of a matte, and the seal, made anew. */
export async function reseal(folder: string, { sums = true, more = {} as Json } = {}): Promise<void> {
  if (existsSync(join(folder, 'predictions.jsonl'))) await takeDigests(folder);
  const files: Record<string, Json> = {};
  const names = (await readdir(folder)).filter((name) => /\.jsonl?$/.test(name) && name !== 'seal.json');
  for (const name of names) {
    const path = join(folder, name);
    if (name.endsWith('.jsonl') && sums) {
      const torn = (await readFile(path, 'utf8')).split('\n').at(-1) ?? '';
      const lines = (await recordsOf(path)).map(sealedLine);
      await writeFile(path, `${lines.map((line) => `${line}\n`).join('')}${torn}`);
    }
    const bytes = await readFile(path);
    files[name] = {
      bytes: bytes.length,
      sha256: sha256(bytes),
      ...(name.endsWith('.jsonl') ? { lines: (await linesOf(path)).length } : {}),
    };
  }
  const said = {
    schemaVersion: 1,
    maskbenchVersion: ownVersion(),
    ...more,
    cells: await countCells(folder),
    files,
  };
  const root = sha256(JSON.stringify(sorted(said)));
  await writeFile(join(folder, 'seal.json'), JSON.stringify({ ...said, root }));
}

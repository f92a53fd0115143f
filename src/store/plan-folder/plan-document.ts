import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson, sha256 } from '../../core/hash.js';
import { ownVersion } from '../../core/package-root.js';
import { count, orNull, text } from '../../schema/basics.js';
import { origin, recordedSpec, runSettings } from '../manifest.js';
import { readDocument } from '../read-document.js';
import { writeJson } from '../run-folder.js';
import { priceSchema } from '../settings-schema.js';
import type { PlanFolder } from './plan-folder.js';

/** Version of plan.json and of the files beside it; a reader refuses a later one. */
const PLAN_VERSION = 1;

const said = {
  schemaVersion: z.literal(PLAN_VERSION),
  maskbenchVersion: text.describe('Of the Maskbench that planned.'),
  name: text.describe('Of the run.'),
  settings: runSettings.describe(
    'Of the whole run: models with their digests, datasets with their fingerprints.',
  ),
  sources: z
    .array(
      z.object({
        spec: recordedSpec,
        folder: orNull(text).describe('What its paths are relative to; null: the plan itself.'),
      }),
    )
    .describe('Where a shard finds the files of each model.'),
  origin: origin.describe('What was planned, as it was asked for.'),
  price: z.exactOptional(priceSchema.strip()),
  shards: z
    .object({ count, sha256: text })
    .describe('How many there are, and the digest of shards.jsonl, which has those of their lists.'),
  times: z
    .object({ sha256: text, samples: count })
    .describe('The samples that times are taken of, and the digest of their list.'),
};

const planSchema = z.object({
  ...said,
  createdAt: text,
  root: text.describe('SHA-256 of all other members but createdAt as JSON without spaces, keys in order.'),
});
/** What makes a plan this plan: the same root, the same images, contents, models and settings in the same shards. */
export type PlanDocument = z.output<typeof planSchema>;

type Said = Omit<PlanDocument, 'root' | 'createdAt'>;

function rootOf({ root: _root, createdAt: _at, ...rest }: Said & Partial<PlanDocument>): string {
  return sha256(canonicalJson(rest));
}

/** The document of a plan with its root, as it would be written now. */
export function planDocument(of: Omit<Said, 'schemaVersion' | 'maskbenchVersion'>): PlanDocument {
  // As it will be read: what JSON leaves out has no part in the root.
  const plain = JSON.parse(
    JSON.stringify({ schemaVersion: PLAN_VERSION, maskbenchVersion: ownVersion(), ...of }),
  ) as Said;
  return { ...plain, createdAt: new Date().toISOString(), root: rootOf(plain) };
}

export async function writePlan(folder: PlanFolder, document: PlanDocument): Promise<void> {
  await writeJson(folder.document, document);
}

/** Whether a plan is there, whole or not. */
export function hasPlan(folder: PlanFolder): boolean {
  return existsSync(folder.document);
}

/**
 * @throws MaskbenchError `data.missing`, `data.unreadable`; `run.mismatch` for one of a later version; `run.damaged` where its root is
 *   that of another plan.
 */
export async function readPlan(folder: PlanFolder): Promise<PlanDocument> {
  const damaged = 'the plan was edited or damaged: restore it, or plan again in another folder';
  const plan = await readDocument(folder.document, planSchema, {
    versions: { schemaVersion: PLAN_VERSION },
    missing: {
      message: 'no plan in this folder',
      where: folder.path,
      remedy: 'expected a folder with plan.json, as "maskbench plan" writes it',
    },
    remedy: damaged,
  });
  // Of what stands there, and not of what the schema makes of it.
  const asWritten = JSON.parse(await readFile(folder.document, 'utf8')) as PlanDocument;
  if (rootOf(asWritten) === plan.root) return plan;
  throw new MaskbenchError('run.damaged', 'its root is not the digest of what it says', {
    where: folder.document,
    remedy: damaged,
  });
}

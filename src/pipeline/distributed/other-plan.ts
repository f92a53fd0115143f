import { MaskbenchError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { readJsonl } from '../../core/jsonl.js';
import type { PlanDocument } from '../../store/plan-folder/plan-document.js';
import type { PlanFolder } from '../../store/plan-folder/plan-folder.js';
import { plannedIn } from '../../store/plan-folder/shard-lists.js';
import { planRecord, type PlanRecord } from '../../store/records.js';
import type { RunFolder } from '../../store/run-folder.js';
import { differenceOfLists } from './compare-lists.js';

/** In what a plan differs from the one that is there. */
export async function otherPlan(
  folder: PlanFolder,
  before: PlanDocument,
  now: PlanDocument,
  listing: RunFolder,
): Promise<MaskbenchError> {
  const images = await differenceOfLists(
    plannedIn(folder, before),
    readJsonl(listing.plan, planRecord),
    now.settings.datasets.map(({ name }) => name),
    (a, b) => contentsOf(a) === contentsOf(b),
  );
  const keys = new Set([...Object.keys(now.settings), ...Object.keys(before.settings)]);
  const settings = ([...keys] as (keyof typeof now.settings)[]).filter(
    (key) =>
      key !== 'datasets' &&
      canonicalJson(now.settings[key] ?? null) !== canonicalJson(before.settings[key] ?? null),
  );
  const differs = [
    ...(images === undefined ? [] : [images]),
    ...(settings.length === 0 ? [] : [`other ${settings.join(', ')}`]),
    ...(now.shards.count === before.shards.count ? [] : [`${now.shards.count} shards`]),
    ...(now.maskbenchVersion === before.maskbenchVersion ? [] : [`Maskbench ${now.maskbenchVersion}`]),
  ];
  const what = differs.length === 0 ? 'other settings or paths' : differs.join('; ');
  return new MaskbenchError('run.mismatch', `another plan is there than the one that is asked for: ${what}`, {
    where: folder.path,
    remedy: 'plan in another folder with --out, or go on with the plan that is there',
  });
}

const contentsOf = (of: PlanRecord): string =>
  of.kind === 'problem' ? of.failure.code : `${of.imageSha256} ${of.truthSha256}`;

import type { Comparison } from '../../schema/comparison.js';
import type { Gallery } from '../../schema/gallery.js';
import { openRun } from '../compare/open-side.js';
import type { Side } from '../compare/side.js';
import { buildGallery, type GalleryRequest } from './build-gallery.js';
import type { SourceRequest } from './candidates.js';

type Choosing = Pick<GalleryRequest, 'metric' | 'count' | 'size' | 'place'>;

/** A run folder, and what readers call it. */
export interface NamedRun {
  readonly path: string;
  readonly label: string;
}

/**
 * The gallery of a run folder, or of several that share their images with the first: every model's mattes and, with
 * another run (or a baseline, which has scores but no mattes), those that the first run's models of equal name made
 * before.
 *
 * @throws MaskbenchError as `buildGallery` and `openRun` do.
 */
export async function galleryOfRuns(
  runs: readonly [NamedRun, ...NamedRun[]],
  against: Side | null,
  choosing: Choosing,
): Promise<Gallery> {
  const sides: Side[] = [];
  for (const { path, label } of runs) sides.push(await openRun(path, label));
  const [base] = sides;
  const several = sides.length > 1;
  const source = (side: Side, model: string, run: string | null): SourceRequest => ({
    side,
    model,
    run,
    label: run === null ? model : `${model} (${run})`,
  });
  const present = sides.flatMap((side) =>
    side.facts.models.map(({ name }) => source(side, name, several ? side.facts.label : null)),
  );
  const models = base.facts.models.map(({ name }) => name);
  const past = against === null ? [] : commonModels(against, models);
  return buildGallery({
    ...choosing,
    base: withFolder(base),
    sources: [
      ...present,
      ...past.map((model) => source(against ?? base, model, against?.facts.label ?? null)),
    ],
    changes: past.map((model, i) => ({ before: present.length + i, now: models.indexOf(model) })),
  });
}

/**
 * The images that moved most between two sides, both sides' mattes beside each other. Null where neither side has
 * pictures: two baselines.
 */
export async function galleryOfComparison(
  baseline: Side,
  candidate: Side,
  { pairs }: Comparison,
  choosing: Choosing,
): Promise<Gallery | null> {
  const base = [candidate, baseline].find(({ folder }) => folder !== undefined);
  if (base === undefined) return null;
  const source = (side: Side, model: string, when: string): SourceRequest => ({
    side,
    model,
    run: side.facts.label,
    label: `${model} (${when})`,
  });
  return buildGallery({
    ...choosing,
    base: withFolder(base),
    sources: pairs.flatMap((pair) => [
      source(baseline, pair.baseline.name, 'before'),
      source(candidate, pair.candidate.name, 'now'),
    ]),
    changes: pairs.map((_, i) => ({ before: 2 * i, now: 2 * i + 1 })),
    changesOnly: true,
  });
}

function withFolder(side: Side): GalleryRequest['base'] {
  const { folder } = side;
  if (folder === undefined) throw new TypeError('a side without a run folder');
  return { ...side, folder };
}

function commonModels({ facts }: Side, models: readonly string[]): readonly string[] {
  return models.filter((name) => facts.models.some((model) => model.name === name));
}

import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { parseYaml } from '../../core/yaml-file.js';
import { gainRange } from '../../metrics/metric.js';
import { metaOf } from '../../metrics/registry.js';
import { GATE_VERSION, gateSchema, type Gate } from './gate.js';
import { leastImages } from '../../stats/images-for-margin.js';

interface Migrated {
  readonly text: string;
  /** What is decided otherwise from now on, a sentence each. */
  readonly changes: readonly string[];
}

/** What a rule on single images allows where its cap was a number of images. */
const SHARE = 0.01;

/**
 * A gate's file of 0.1 rewritten to this version, its comments and its order kept; one of this version as it is. Nothing is
 * added that would decide more leniently.
 *
 * @throws MaskbenchError `config.invalid` for what is no gate, also of a rule on a mean that no bound holds for.
 */
export function migrateGate(text: string, path: string): Migrated {
  const { version } = parseYaml(text, path, z.looseObject({ version: z.unknown().optional() }));
  if (version !== undefined) {
    parseYaml(text, path, gateSchema, 'gate');
    return { text, changes: [] };
  }
  const document: Document = parseDocument(text);
  const root = document.contents;
  if (!isMap(root)) return { text, changes: [] };
  const version2 = document.createPair('version', GATE_VERSION);
  const first = root.items[0]?.key;
  // a comment at the very top is the file's
  if (isScalar(first) && isScalar(version2.key)) {
    version2.key.commentBefore = first.commentBefore ?? null;
    first.commentBefore = null;
  }
  root.items.unshift(version2);
  const caps = (['losses', 'catastrophes'] as const).flatMap((key) => {
    const rules = root.get(key, true);
    return isSeq(rules) ? rules.items.filter(isMap).flatMap((rule) => withShare(key, rule)) : [];
  });
  const rewritten = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  return {
    text: rewritten,
    changes: [...caps, ...changesOf(parseYaml(rewritten, path, gateSchema, 'gate'))],
  };
}

/** A cap on a number of images is gone: it is reached by chance alone, the sooner the more images there are. */
function withShare(key: 'losses' | 'catastrophes', rule: YAMLMap): readonly string[] {
  const [maximum, share] = [rule.get('maximum'), rule.get('maximumShare')];
  rule.delete('maximum');
  if (share === undefined || share === 0) rule.set('maximumShare', SHARE);
  if (maximum === undefined && share !== 0) return [];
  const was = maximum === undefined ? 'maximumShare: 0' : `maximum: ${String(maximum)}`;
  return [
    `${key} of ${String(rule.get('metric'))}: "${was}" counted these very images; now their excess over mended ones is held against "maximumShare: ${String(rule.get('maximumShare'))}" of all images. What made that many and mended as many passes on enough images; name images that must never fail under "never".`,
  ];
}

/** What every rule of a gate that was written for 0.1 decides otherwise. */
function changesOf({
  level,
  minimumImages,
  accuracy,
  slices,
  floors,
  improve,
  losses,
  catastrophes,
}: Gate): string[] {
  const margins = [...accuracy, ...slices].map(({ metric, margin }) => {
    const range = gainRange(metaOf(metric));
    const least =
      range === null || margin === 0 ? Number.POSITIVE_INFINITY : leastImages({ margin, range, level });
    return Number.isFinite(least)
      ? `${metric} within ${margin} takes ${least} images`
      : `${metric} within ${margin}`;
  });
  const means = margins.length + floors.length + improve.length > 0;
  return [
    ...(means
      ? [
          `Means are decided by bounds that hold for all scores in a metric's range. What passed or failed on few images is inconclusive now${margins.length === 0 ? '' : ` (${[...new Set(margins)].join('; ')}, where nothing changes)`}; "assume: no-rare-disasters" decides by what 0.1 took for granted.`,
          'All images: every dataset weighs the same, where every image did.',
          'The same model file, fed in the same way, with equal mattes passes by identity, on any number of images.',
        ]
      : []),
    ...(losses.length + catastrophes.length > 0
      ? [
          'Losses and catastrophes pass or fail by exact bounds of their share, where the count alone decided: few images are inconclusive.',
        ]
      : []),
    ...(minimumImages > 1
      ? [`"minimumImages: ${minimumImages}" can only raise what margins and shares take.`]
      : ['Without "minimumImages" 30 images were asked for; now only what margins and shares take.']),
  ];
}

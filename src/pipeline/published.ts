import { join } from 'node:path';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../core/package-root.js';
import type { PublishedFigure } from '../schema/summary.js';
import { readYamlFile } from '../core/yaml-file.js';
import type { RunModel } from '../store/manifest.js';

const publishedSchema = z.strictObject({
  source: z.string(),
  figures: z.array(
    z.strictObject({ model: z.string(), metric: z.string(), on: z.string(), value: z.number() }),
  ),
});

/** The published figures of the networks that a run's models are (their spec's `publishedAs`). */
export async function publishedFor(models: readonly RunModel[]): Promise<readonly PublishedFigure[]> {
  const { source, figures } = await readYamlFile(
    join(PACKAGE_ROOT, 'configs', 'published.yaml'),
    publishedSchema,
  );
  const shown = new Set<string>();
  return models.flatMap(({ spec }) => {
    const network = spec.publishedAs;
    if (network === undefined || shown.has(network)) return [];
    shown.add(network);
    return figures.filter(({ model }) => model === network).map((f) => ({ ...f, beside: spec.name, source }));
  });
}

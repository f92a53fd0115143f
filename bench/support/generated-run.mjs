// A run of many cells with records as long as real ones: nothing is predicted or scored.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFingerprint } from '../../dist/datasets/fingerprint.js';
import { scoreKey } from '../../dist/store/cell-key.js';
import { sealRun } from '../../dist/store/evidence.js';
import { createManifest } from '../../dist/store/manifest.js';
import { readManifest, runFolder } from '../../dist/store/run-folder.js';
import { metricsOf } from '../../dist/metrics/registry.js';
import { signaturesOf } from '../../dist/metrics/signature.js';
import { lines } from './lines.mjs';

/**
 * @import { Conventions } from '../../dist/metrics/metric.js'
 * @import { RunSettings } from '../../dist/store/manifest.js'
 */

export const MODELS = ['a', 'b', 'c', 'd', 'e'];
/** @type {string[]} */
const PROTOCOLS = ['fixed', 'sod'];
/** @type {Conventions & { protocols: string[] }} */
const SCORING = { protocols: PROTOCOLS, threshold: 128, empty: 'one' };

const signatures = signaturesOf(PROTOCOLS, SCORING);
export const METRICS = metricsOf(PROTOCOLS).map(({ meta }) => meta.id);

/**
 * A finished run that nobody made, sealed.
 *
 * @param {string} path
 * @param {number} samples
 */
export async function writeRun(path, samples) {
  mkdirSync(path, { recursive: true });
  const spec = (/** @type {string} */ name) => ({
    name,
    feeding: 'precomputed',
    trainedOn: [],
    masks: { path: 'x' },
  });
  const settings = /** @type {RunSettings} */ (
    /** @type {unknown} */ ({
      models: MODELS.map((name) => ({ spec: spec(name), sha256: name.repeat(64), bytes: 1 })),
      datasets: [{ name: 'many', spec: { name: 'many' }, fingerprint: '', samples, problems: 0, tags: [] }],
      device: 'cpu',
      runner: {},
      scoring: SCORING,
      time: {},
      limit: null,
      shard: null,
    })
  );
  const names = ['plan', 'predictions', 'scores', 'truths'];
  const fingerprint = createFingerprint();
  const [plan, predictions, scores, truths] = names.map((name) => lines(join(path, `${name}.jsonl`)));
  const attributes = {
    width: 1000,
    height: 1000,
    foregroundShare: 0.3,
    translucentShare: 0.01,
    components: 3,
  };
  const rest = {
    largestComponentShare: 0.9,
    contours: 4,
    ipq: 3.2,
    dominantPoints: 120,
    thinStructureShare: 0.02,
  };
  const phases = { decodeMs: 10.25, preprocessMs: 20.5, inferenceMs: 200.125, postprocessMs: 9.75 };
  const histogram = 'x'.repeat(600);
  for (let i = 0; i < samples; i++) {
    const id = `folder/${String(i).padStart(6, '0')}`;
    const sample = { dataset: 'many', id };
    const cells = Object.fromEntries(MODELS.map((name) => [name, `${name}-${String(i).padStart(22, '0')}`]));
    const planned = {
      kind: 'sample',
      ...sample,
      imagePath: '',
      truthPath: '',
      imageSha256: '',
      width: 1000,
      height: 1000,
      truthSha256: `t${i}`,
      attributes: { group: `g${i % 9}` },
      cells,
    };
    fingerprint.add(id, planned);
    await plan.write(planned);
    const measured = { ...sample, truthSha256: `t${i}`, layout: {}, status: 'done' };
    await truths.write({ ...measured, attributes: { ...attributes, ...rest } });
    for (const [m, model] of MODELS.entries()) {
      const done = { model, ...sample, status: 'done' };
      await predictions.write({
        key: cells[model],
        ...done,
        phases,
        matteSha256: '',
        width: 1000,
        height: 1000,
      });
      const key = scoreKey(cells[model], `t${i}`, signatures);
      const metrics = Object.fromEntries(
        METRICS.map((metric, k) => [metric, ((i * 31 + m * 7 + k) % 997) / 997]),
      );
      await scores.write({ key, ...done, metrics, histogram });
    }
  }
  for (const file of [plan, predictions, scores, truths]) await file.end();
  const datasets = settings.datasets.map((of) => ({ ...of, fingerprint: fingerprint.digest() }));
  const manifest = createManifest('many', { ...settings, datasets });
  writeFileSync(join(path, 'manifest.json'), JSON.stringify(manifest));
  await sealRun(runFolder(path), await readManifest(runFolder(path)));
}

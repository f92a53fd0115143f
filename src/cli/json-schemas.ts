import { z } from 'zod';
import { baselineSchema } from '../analysis/compare/baseline/baseline-schema.js';
import { gateSchema } from '../analysis/gate/gate.js';
import { datasetSpecSchema } from '../datasets/spec.js';
import { promptFileSchema } from '../models/spec/prompts.js';
import { modelFileSchema } from '../runners/load-spec.js';
import { comparisonSchema } from '../schema/comparison.js';
import { planStatusSchema } from '../schema/plan-status.js';
import { gpuProofSchema } from '../schema/gpu-proof.js';
import { rankingSchema } from '../schema/ranking.js';
import { scoreDocumentSchema } from '../schema/score-document.js';
import { summarySchema } from '../schema/summary.js';
import { gateOutcomeSchema } from '../schema/verdict.js';
import { verificationSchema } from '../schema/verification.js';
import { runConfigSchema } from '../store/config.js';
import { runSealSchema } from '../store/seal.js';

/** What Maskbench writes for others to read. */
const READ = {
  summary: summarySchema,
  score: scoreDocumentSchema,
  comparison: comparisonSchema,
  verdict: gateOutcomeSchema,
  ranking: rankingSchema,
  baseline: baselineSchema,
  verification: verificationSchema,
  seal: runSealSchema,
  'plan-status': planStatusSchema,
  'gpu-proof': gpuProofSchema,
};

/** What users write for Maskbench; the first line of such a file names its schema, so that editors complete it. */
const WRITTEN = {
  run: runConfigSchema,
  model: modelFileSchema,
  dataset: datasetSpecSchema,
  gate: gateSchema,
  prompts: promptFileSchema,
};

/** The JSON Schemas in docs/schema by file name, as text. `npm run schema` writes them. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  const texts = (schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') =>
    Object.entries(schemas).map(([name, schema]) => [`${name}.schema.json`, jsonSchema(schema, io)] as const);
  return Object.fromEntries([...texts(READ, 'output'), ...texts(WRITTEN, 'input')]);
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): string {
  const document = z.toJSONSchema(schema, {
    io,
    // What only code can check is described in words.
    unrepresentable: 'any',
    override: ({ jsonSchema: json }) => {
      if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
      if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
      delete json.readOnly;
    },
  });
  return `${JSON.stringify(document, null, 2)}\n`;
}

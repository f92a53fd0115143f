import { z } from 'zod';
import { baselineSchema } from '../analysis/compare/baseline/baseline-schema.js';
import { comparisonSchema } from '../schema/comparison.js';
import { rankingSchema } from '../schema/ranking.js';
import { scoreDocumentSchema } from '../schema/score-document.js';
import { summarySchema } from '../schema/summary.js';
import { gateOutcomeSchema } from '../schema/verdict.js';

/** What Maskbench writes for others to read. */
const READ = {
  summary: summarySchema,
  score: scoreDocumentSchema,
  comparison: comparisonSchema,
  verdict: gateOutcomeSchema,
  ranking: rankingSchema,
  baseline: baselineSchema,
};

/** The JSON Schemas in docs/schema by file name, as text. `npm run schema` writes them. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(READ).map(([name, schema]) => [`${name}.schema.json`, jsonSchema(schema, 'output')]),
  );
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

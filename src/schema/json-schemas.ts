import { z } from 'zod';
import { scoreDocumentSchema } from './score-document.js';
import { summarySchema } from './summary-schema.js';

/** The JSON Schemas in docs/schema by file name, as text. `npm run schema` writes them. */
export function publishedSchemas(): Readonly<Record<string, string>> {
  const schemas = {
    'summary.schema.json': summarySchema,
    'score.schema.json': scoreDocumentSchema,
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([file, schema]) => [
      file,
      `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
    ]),
  );
}

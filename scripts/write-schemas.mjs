// Writes the published JSON Schemas of what Maskbench reads and writes into docs/schema: `npm run schema`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedSchemas } from '../dist/cli/json-schemas.js';

const folder = join(import.meta.dirname, '../docs/schema');
mkdirSync(folder, { recursive: true });
for (const [file, text] of Object.entries(publishedSchemas())) {
  writeFileSync(join(folder, file), text);
  console.log(`docs/schema/${file}: ${text.length} characters`);
}

// Fetch by it: files: { kind: shelf.model, name: mine, sha256: ... }, or any other field of the schema
import { defineSource, z } from 'maskbench/plugin';

const shelf = defineSource({
  kind: 'shelf.model',
  schema: z.strictObject({
    kind: z.literal('shelf.model'),
    name: z.string().regex(/^[\w.-]+$/),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  // Another way of saying a source of ours, which then fetches the file, checks it and keeps it.
  resolve: ({ name, sha256 }) => {
    const { SHELF = 'https://models.example.org' } = process.env;
    return SHELF.startsWith('https:')
      ? { kind: 'https', url: `${SHELF}/${name}.onnx`, sha256 }
      : { kind: 'file', path: `${SHELF}/${name}.onnx`, sha256 };
  },
});

export default { name: 'shelf', sources: [shelf] };

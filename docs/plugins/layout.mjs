// Read by it: { name: mine, layout: csv.pairs, root: data, list: pairs.csv }, each line of which is <image>,<mask>
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { defineLayout, entryOfPair, layoutSchema, z } from 'maskbench/plugin';

const summary = 'a list of pairs, <image>,<mask> per line';
const schema = layoutSchema('csv.pairs', summary, {
  list: z.string().default('pairs.csv').describe('The list, in the root.'),
});

const pairs = defineLayout({
  name: 'csv.pairs',
  summary,
  schema,
  splits: () => [],
  defaultTags: () => [],
  async *list(spec, root) {
    const lines = (await readFile(join(root, spec.list), 'utf8'))
      .split(/\r?\n/)
      .filter((line) => line !== '');
    const context = {
      dataset: spec.name,
      realRoot: await realpath(root),
      idPrefix: '',
      attributes: () => ({}),
    };
    for (const line of lines.sort()) {
      const [image, mask] = line.split(',').map((name) => side(join(root, name)));
      const [name] = image.names;
      yield await entryOfPair(context, basename(name, extname(name)), image, mask);
    }
  },
});

function side(path) {
  return { folder: dirname(path), names: [basename(path)], refused: new Map() };
}

export default { name: 'csv', layouts: [pairs] };

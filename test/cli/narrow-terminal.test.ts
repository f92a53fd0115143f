import { expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';

const folder = useTempFolders();

it.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'is kept to by what is next for CUDA, and no line is lost (skipped where CUDA is not to be had: not Linux x64)',
  async () => {
    const cwd = await folder();
    const env = { ...process.env, PATH: cwd };
    const [narrow, wide] = await Promise.all(
      [60, 120].map(async (columns) => {
        const { out } = await cli(['gpu', 'status'], cwd, { columns, env });
        return out.slice(out.search(/^(broken|next): /m));
      }),
    );
    expect(narrow?.split('\n').filter((line) => line.length > 60)).toEqual([]);
    expect(narrow?.replaceAll(/\s+/g, ' ')).toBe(wide?.replaceAll(/\s+/g, ' '));
  },
);

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';

const run = promisify(execFile);
const tempFolder = useTempFolders();

const has = (shell: string): Promise<boolean> =>
  run(shell, ['-c', 'true']).then(
    () => true,
    () => false,
  );
const [hasBash, hasZsh, hasFish] = await Promise.all(['bash', 'zsh', 'fish'].map(has));

async function scriptFor(shell: string): Promise<string> {
  const folder = await tempFolder();
  const { status, out } = await cli(['completion', shell], folder);
  expect(status).toBe(0);
  const path = join(folder, `maskbench.${shell}`);
  await writeFile(path, out);
  return path;
}

describe('completion', () => {
  it.skipIf(!hasBash).each([
    ['mod', ['models']],
    ['models ', ['list', 'pull', 'verify', 'inspect']],
    ['models li', ['list']],
    ['run --over', ['--overwrite']],
    ['run config.yaml --res', ['--resize', '--resume']],
    ['runs trend --m', ['--model', '--metric']],
    ['run x', []],
  ])('offers after "maskbench %s" in bash %j', async (line, expected) => {
    const script = await scriptFor('bash');
    const words = line.split(' ').map((word) => `'${word}'`);
    const code = `source '${script}'; COMP_WORDS=(maskbench ${words.join(' ')}); COMP_CWORD=${words.length}; _maskbench; echo "\${COMPREPLY[*]}"`;
    const { stdout } = await run('bash', ['--norc', '-c', code]);
    expect(stdout.split(/\s+/).filter((word) => word !== '')).toEqual(expected);
  });

  it.skipIf(!hasZsh)('is read by zsh', async () => {
    const code = `source '${await scriptFor('zsh')}' && print $_comps[maskbench]`;
    expect((await run('zsh', ['-fc', code])).stdout).toMatch(/_bash_complete.*_maskbench/);
  });

  it.skipIf(!hasFish)('offers commands and flags in fish', async () => {
    const script = await scriptFor('fish');
    const offered = async (line: string): Promise<string> =>
      (await run('fish', ['--no-config', '-c', `source '${script}'; complete -C '${line}'`])).stdout;
    expect(await offered('maskbench mod')).toMatch(/^models\t/m);
    expect(await offered('maskbench models li')).toMatch(/^list\t/m);
    expect(await offered('maskbench run --over')).toMatch(/^--overwrite\t/m);
  });

  it('has every command and flag for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { out } = await cli(['completion', shell], process.cwd());
      for (const word of ['quickstart', 'trend', 'overwrite', 'self-test']) expect(out).toContain(word);
    }
  });

  it('names the shells that there are', async () => {
    const { status, err } = await cli(['completion', 'powershell'], process.cwd());
    expect([status, err]).toEqual([64, expect.stringMatching(/expected one of bash, zsh, fish/)]);
  });
});

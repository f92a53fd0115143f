import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_BUILT } from './support/cli.js';

const ROOT = join(import.meta.dirname, '..');
const SHIPPED = join(ROOT, 'test', 'fixtures', 'runs-0.1', 'exceptions.json');
const COMPARE = join(ROOT, 'scripts', 'old-runs', 'compare.mjs');

interface Outcome {
  readonly equal: boolean;
  /** What differs, a line each, and a line about the whole. */
  readonly lines: readonly string[];
}

async function compare(...argv: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMPARE, ...argv], (error, out, err) => {
      resolve({ equal: error === null, lines: `${out}${err}`.trim().split('\n') });
    });
  });
}

describe.skipIf(!IS_BUILT)('runs that 0.1 stored', () => {
  it('give the numbers, labels and verdicts that they gave then', { timeout: 180_000 }, async () => {
    const { equal, lines } = await compare();
    expect(lines).toEqual([expect.stringMatching(/^9\d command lines, 12\d outputs .* 0 undeclared/)]);
    expect(equal).toBe(true);
  });
});

describe.skipIf(!IS_BUILT)('figures that are not those of the stored runs', () => {
  let folder: string;
  const at = (...names: readonly string[]): string => join(folder, ...names);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'maskbench-'));
    await cp(join(ROOT, 'test', 'fixtures', 'runs-0.1', 'expected'), folder, { recursive: true });
    await edit('report-markdown.md', '0.819', '0.818');
    await edit('report-markdown.md', /^(\|[^|]*\|[^|]*\|[^|]*\|)[^|]*\|([^|]*\|[^|]*\|)$/gm, '$1$2');
    await edit('report-terminal.terminal', '│ luma    │ objects │', '│ llama   │ objects │');
    await edit('report-latex.tex', '3 images a dataset', '4 pictures in every dataset');
    await edit(
      'rank.terminal',
      'Models of one tier cannot be told apart',
      'What cannot be told apart is a tier',
    );
    await edit('rank-json.json', '"n":8', '"n":9');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function edit(file: string, before: string | RegExp, after: string): Promise<void> {
    const path = at('merged', file);
    const text = await readFile(path, 'utf8');
    const edited = text.replace(before, after);
    expect(edited, file).not.toBe(text);
    await writeFile(path, edited);
  }

  const differing = [
    { case: 'merged/report-terminal', at: 'table 2 row llama / objects', kind: 'missing' },
    { case: 'merged/report-terminal', at: 'table 2 row luma / objects', kind: 'added' },
    { case: 'merged/report-markdown', at: 'table 2 column Dice', kind: 'added' },
    { case: 'merged/report-markdown', at: 'table 2 luma / people / IoU', kind: 'changed' },
    { case: 'merged/report-latex', at: 'prose', kind: 'missing' },
    { case: 'merged/rank-json', at: 'data/tables/people iou/n', kind: 'changed' },
  ];

  const differences = differing.map((one) => ({ ...one, reason: 'the test has put it there' }));
  /** With some of them declared, and some labels renamed. */
  async function declare(declared: readonly object[], renamed: readonly object[] = []): Promise<Outcome> {
    const exceptions = at('exceptions.json');
    const shipped = JSON.parse(await readFile(SHIPPED, 'utf8')) as {
      readonly differences: readonly { readonly case: string }[];
    };
    // All that has been declared since, where it may be about these cases.
    const names = ['report', 'rank'].flatMap((what) =>
      ['', '-terminal', '-markdown', '-latex', '-csv', '-json', '-intervals'].map(
        (how) => `merged/${what}${how}`,
      ),
    );
    const about = ({ case: of }: { readonly case: string }): boolean => {
      const pattern = new RegExp(`^${of.replaceAll('*', '.*')}$`);
      return names.some((name) => pattern.test(name));
    };
    const all = [...shipped.differences.filter(about), ...declared];
    await writeFile(exceptions, JSON.stringify({ renamed, differences: all }));
    return compare('--expected', folder, '--exceptions', exceptions, '--only', 'merged/r');
  }

  it('are named, each, while sentences may be worded otherwise; what is declared is let pass, and nothing else', async () => {
    const [first, second, ...others] = differences;
    const stale = { ...first, at: 'table 2 row alpaca*' };
    const { equal, lines } = await declare([second ?? {}, stale]);
    expect(lines.slice(0, -1).map((line) => line.split(': ').slice(0, 3).join(': '))).toEqual([
      ...[first, ...others].map((one) => expect.stringContaining(`${one?.case}: ${one?.at}: ${one?.kind}`)),
      'declared, yet nothing differs: merged/report-terminal: table 2 row alpaca*',
    ]);
    expect(lines.at(-1)).toMatch(/ 5 undeclared differences, \d+ declared/);
    expect(equal).toBe(false);
  });

  it('are compared under the labels of today, and let pass where each is declared', async () => {
    const renamed = [{ from: 'llama', to: 'luma', reason: 'the test has called it so' }];
    expect(await declare(differences.slice(2), renamed)).toMatchObject({ equal: true });
  });
});

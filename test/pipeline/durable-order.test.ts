import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';
import { IS_BUILT } from '../support/cli.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

const CALLS = 'openat,mkdir,fsync,fdatasync,rename,renameat,renameat2,write,writev,pwrite64,unlink,unlinkat';
const canTrace =
  IS_BUILT && spawnSync('strace', ['-f', '-e', 'trace=write', 'true'], { stdio: 'ignore' }).status === 0;

/** A system call that has succeeded: of files by their paths; `at` is the line of the trace in which it began, and `end` its last. */
interface Call {
  readonly name: string;
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

function parseTrace(trace: string): readonly Call[] {
  const calls: Call[] = [];
  const begun = new Map<string, { readonly text: string; readonly at: number }>();
  for (const [at, line] of trace.split('\n').entries()) {
    const [, pid = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (text.endsWith('<unfinished ...>')) begun.set(pid, { text, at });
    const [, end] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
    const start = end === undefined ? { text, at } : begun.get(pid);
    const whole = end === undefined ? text : `${start?.text.replace(/ <unfinished ...>$/, '') ?? ''}${end}`;
    const [, name] = /^(\w+)\(.*\)\s+= \d+(?:<.*>)?$/.exec(whole) ?? [];
    if (name !== undefined && start !== undefined) calls.push({ name, text: whole, at: start.at, end: at });
  }
  return calls;
}

describe.skipIf(!canTrace).each(['all', 'none'])(
  'a run that keeps mattes (%s) on its way to the disk (skipped unless dist/ is built and strace works)',
  (kept) => {
    let workspace: Workspace;
    let calls: readonly Call[];
    const inOut = (...names: readonly string[]): string => join(workspace.path('out'), ...names);

    beforeAll(async () => {
      workspace = await makeWorkspace({ models: ['luma', 'inverse'], samples: 5 });
      const trace = workspace.path('trace');
      const main = join(PACKAGE_ROOT, 'dist', 'cli', 'main.js');
      const command = [process.execPath, main, 'run', 'run.yaml', '--no-time', '--out', 'out'];
      command.push('--mattes', kept);
      const { status, stderr } = spawnSync(
        'strace',
        ['-f', '-y', '-s', '65536', '-e', `trace=${CALLS}`, '-o', trace, ...command],
        { cwd: workspace.folder, encoding: 'utf8' },
      );
      expect(status, stderr).toBe(0);
      calls = parseTrace(await readFile(trace, 'utf8'));
    }, 300_000);
    afterAll(() => workspace.remove());

    /** The first call from a line of the trace on of which that is so. */
    const after = (line: number, what: string, isIt: (call: Call) => boolean): Call => {
      const found = calls.find((call) => call.at > line && isIt(call));
      if (found === undefined) throw new Error(`${what}: not after line ${line} of the trace`);
      return found;
    };
    const renamed = (to: string): Call =>
      after(
        -1,
        `rename to ${to}`,
        ({ name, text }) => name.startsWith('rename') && text.includes(`, "${to}"`),
      );
    const made = (call: 'mkdir' | 'openat', path: string): Call =>
      after(-1, `${call} of ${path}`, ({ name, text }) => name === call && text.includes(`"${path}"`));
    const draftOf = ({ text }: Call): string => /"([^"]+)"/.exec(text)?.[1] ?? '';
    const synced = (line: number, path: string): Call =>
      after(
        line,
        `sync of ${path}`,
        ({ name, text }) => /^f(data)?sync$/.test(name) && text.includes(`<${path}>`),
      );
    const written = (file: string, ...parts: readonly string[]): Call =>
      after(
        -1,
        `line of ${file}`,
        ({ text }) => text.includes(`<${inOut(file)}>`) && parts.every((part) => text.includes(part)),
      );

    it('forces each matte, its place and its folders there before its line, the line before its score, and the score before the matte goes', () => {
      for (const model of ['luma', 'inverse']) {
        for (const id of ['000', '001', '002', '003', '004']) {
          const cell = [`\\"model\\":\\"${model}\\"`, `\\"id\\":\\"${id}\\"`];
          const matte = inOut('predictions', model, 'tiny', `${id}.png`);
          const rename = renamed(matte);
          expect(basename(draftOf(rename))).toMatch(/^00\d\.png\.[0-9a-f]{10}\.tmp$/);
          expect(synced(-1, draftOf(rename)).end).toBeLessThan(rename.at);
          const line = written('predictions.jsonl', ...cell);
          expect(synced(rename.end, dirname(matte)).end).toBeLessThan(line.at);
          // Its folders are made once: their names are there before the first line of the model.
          const first = written('predictions.jsonl', cell[0] ?? '');
          for (const folder of [dirname(matte), inOut('predictions', model), inOut('predictions')])
            expect(synced(made('mkdir', folder).end, dirname(folder)).end).toBeLessThan(first.at);
          const lineSynced = synced(line.end, inOut('predictions.jsonl'));
          const score = written('scores.jsonl', ...cell);
          expect(lineSynced.end).toBeLessThan(score.at);
          const scoreSynced = synced(score.end, inOut('scores.jsonl'));
          expect(scoreSynced.end).toBeLessThan(renamed(inOut('summary.json')).at);
          const removed = calls.filter(
            ({ name, text }) => name.startsWith('unlink') && text.includes(`"${matte}"`),
          );
          expect(removed.map(({ at }) => at > scoreSynced.end)).toEqual(kept === 'all' ? [] : [true]);
        }
      }
    });

    it('forces plan, manifest, curves and summary there under another name, and then their name', () => {
      for (const file of ['plan.jsonl', 'manifest.json', 'curves.json', 'summary.json']) {
        const rename = renamed(inOut(file));
        expect(synced(-1, draftOf(rename)).end, file).toBeLessThan(rename.at);
        expect(synced(rename.end, inOut()).at, file).toBeGreaterThan(rename.end);
      }
    });

    it('has the names of its files of lines there before it writes to them', () => {
      for (const file of ['predictions.jsonl', 'scores.jsonl', 'truths.jsonl']) {
        const first = written(file, '{');
        expect(synced(made('openat', inOut(file)).end, inOut()).end, file).toBeLessThan(first.at);
      }
    });
  },
);

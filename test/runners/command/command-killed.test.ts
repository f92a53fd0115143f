import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../../src/core/package-root.js';
import type { Summary } from '../../../src/schema/summary.js';
import { IS_BUILT, startCli, stopStarted } from '../../support/cli.js';
import { CAN_LOOK_UP_PROCESSES, isAlive, until } from '../../support/processes.js';
import { execute, makeWorkspace, readRecords, type Workspace } from '../../support/workspace.js';

const PROGRAM = join(PACKAGE_ROOT, 'test', 'runners', 'command', 'program.mjs');

let workspace: Workspace;

async function writeProgram(run: readonly string[], fields: object = {}): Promise<void> {
  const spec = { name: 'program', feeding: 'command', command: { run, ...fields } };
  await writeFile(workspace.path('program.yaml'), JSON.stringify(spec));
  const basics = 'accuracy: { processes: 1, threads: 1 }\n';
  await writeFile(workspace.config, `name: r\nmodels: [./program.yaml]\ndatasets: [./tiny.yaml]\n${basics}`);
}

/** What a run came to, without what is another one each time. */
function figures({ accuracy, cells, failures }: Summary): unknown {
  return { accuracy, cells, failures };
}

describe('a run with a program that is killed', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ models: [], samples: 6 });
  });
  afterEach(async () => {
    await stopStarted();
    await workspace.remove();
  });

  const canKill = IS_BUILT && CAN_LOOK_UP_PROCESSES;
  it.runIf(canKill)(
    'leaves no process, hanging or not, and comes to the same when it is resumed (skipped unless dist/ is built, where processes can be looked up)',
    async () => {
      const log = workspace.path('log');
      const children = workspace.path('children');
      const run = [process.execPath, PROGRAM, '--log', log, '--child', children];
      // The third picture hangs, in a process that never looks at its stdin again.
      await writeProgram([...run, '--hang-at', 'x-that-is-nowhere']);
      const whole = await execute(workspace, { out: workspace.path('whole') });
      const ids = (await readRecords<{ id: string }>(workspace.path('whole', 'plan.jsonl'))).map(
        ({ id }) => id,
      );
      const flag = workspace.path('hang');
      await writeFile(
        workspace.path('hang.mjs'),
        `import { existsSync } from 'node:fs';
       process.argv.push(...(existsSync(${JSON.stringify(flag)}) ? ['--hang-at', ${JSON.stringify(`${ids[2]}.`)}] : []));
       await import(${JSON.stringify(PROGRAM)});`,
      );
      await writeProgram([process.execPath, workspace.path('hang.mjs'), '--log', log, '--child', children]);
      await writeFile(flag, '');
      const scratch = workspace.path('scratch');
      await mkdir(scratch);
      await writeFile(log, '');
      await writeFile(children, '');
      const cli = startCli(
        ['run', workspace.config, '--out', workspace.path('out'), '--no-time'],
        workspace.folder,
        { TMPDIR: scratch },
      );
      const lines = (path: string): readonly string[] =>
        existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
      await until('the program hangs', () => lines(log).length >= 3);
      const child = Number(lines(children).at(-1));
      expect(isAlive(child)).toBe(true);
      const programs = programsOf(cli.pid);
      expect(programs.length).toBeGreaterThan(0);
      process.kill(cli.pid, 'SIGKILL');
      await until('all of it is gone', () => [child, ...programs].every((pid) => !isAlive(pid)));
      const left = (): readonly string[] =>
        readdirSync(scratch).filter((name) => name.startsWith('maskbench-program-'));
      await until('so is its folder', () => left().length === 0);
      await rm(flag);
      const resumed = await execute(workspace, { resume: true });
      expect(figures(resumed)).toEqual(figures(whole));
    },
  );

  it.runIf(CAN_LOOK_UP_PROCESSES)(
    'that takes more memory than it may is ended, and its cell says so (skipped where processes cannot be looked up)',
    async () => {
      await writeProgram([process.execPath, PROGRAM, '--hang-at', '.'], { memoryMB: 5, imageSeconds: 60 });
      const summary = await execute(workspace);
      expect(summary.cells).toMatchObject({ scored: 0, failed: 6 });
      expect(summary.failures[0]?.failure).toMatchObject({
        code: 'runner.out-of-memory',
        message: expect.stringMatching(/took \d+ MB, allowed 5$/) as unknown,
      });
    },
  );

  it('may be a shell script that is started for every image, or one that speaks by lines', async () => {
    await writeFile(
      workspace.path('copy.sh'),
      '#!/bin/sh\nset -e\ncase "$1" in *3.*) echo "no threes" >&2; exit 4;; esac\ncp "$MATTES/$(basename "$1" | sed "s/\\\\..*//").png" "$2"\n',
    );
    await chmod(workspace.path('copy.sh'), 0o755);
    const env = { MATTES: workspace.path('data', 'gt') };
    await writeProgram(['./copy.sh', '{image}', '{matte}'], { env, files: ['copy.sh'] });
    const summary = await execute(workspace);
    const failures = summary.failures.map(({ failure }) => failure.message);
    expect(summary.cells.scored).toBeGreaterThan(0);
    for (const message of failures)
      expect(message).toBe('the program failed: ended with exit status 4; it last said: no threes');
    const row = summary.accuracy.find(({ dataset }) => dataset === 'tiny');
    expect(row?.metrics['iou']?.mean).toBe(1);
    const example = await readFile(join(PACKAGE_ROOT, 'docs', 'programs', 'lines.sh'), 'utf8');
    await writeFile(workspace.path('lines.sh'), example);
    await writeProgram(['sh', 'lines.sh', workspace.path('copy.sh')], { env, files: ['lines.sh'] });
    const lines = await execute(workspace, { out: workspace.path('lines') });
    expect(figures({ ...lines, failures: [] })).toEqual(figures({ ...summary, failures: [] }));
  });
});

const PYTHON = `
import json, os, pathlib, shutil, subprocess, sys
print(json.dumps({"maskbench": 1, "version": "python " + sys.version.split()[0], "loading": True}), flush=True)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    stem = pathlib.Path(job["image"]).stem
    if stem == "001":
        raise ValueError("cannot bear the second picture")
    if stem == "002":
        # Its child keeps the pipes open when it is gone.
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        os._exit(7)
    if stem == "003":
        print("a bare print", flush=True)
    shutil.copy(os.path.join(os.environ["MATTES"], stem + ".png"), job["matte"])
    print(json.dumps({"id": job["id"], "ok": True}), flush=True)
`;

/** Whether there is a python3, and what skips the test without. */
const hasPython = spawnSync('python3', ['--version']).status === 0;

describe('a program in Python', () => {
  beforeEach(async () => {
    workspace = await makeWorkspace({ models: [], samples: 6 });
  });
  afterEach(() => workspace.remove());

  it.runIf(hasPython)(
    'fails by its traceback, dies under a child of its own, prints, and does the rest (skipped without python3)',
    async () => {
      await writeFile(workspace.path('program.py'), PYTHON);
      const env = { MATTES: workspace.path('data', 'gt') };
      await writeProgram(['python3', 'program.py'], { env, files: ['program.py'] });
      const summary = await execute(workspace);
      expect(summary.models[0]?.version).toMatch(/^python 3/);
      const reasons = new Map(summary.failures.map(({ id, failure }) => [id, failure.message]));
      expect([...reasons.keys()]).toEqual(['001', '002', '003']);
      expect(reasons.get('001')).toMatch(
        /exit status 1; it last said: .*ValueError: cannot bear the second picture$/,
      );
      expect(reasons.get('002')).toBe('the program ended with exit status 7');
      expect(reasons.get('003')).toMatch(/the program said "a bare print"/);
      const row = summary.accuracy.find(({ dataset }) => dataset === 'tiny');
      expect(row?.metrics['iou']?.mean).toBe(1);
      const resumed = await execute(workspace, { resume: true });
      expect(figures(resumed)).toEqual(figures(summary));
    },
  );
});

/** The program itself, by the mark in its environment. */
function programsOf(parent: number): readonly number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  return children.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes('MASKBENCH_PROGRAM=');
    } catch {
      return false;
    }
  });
}

import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { IS_BUILT, MAIN } from './support/cli.js';
import { fencedBlocks } from './support/markdown.js';
import { useTempFolders } from './support/temp-folder.js';
import { writePairedFolders, writePairs } from './support/tiny-datasets.js';
import { writeTinyModel } from './support/tiny-models.js';
import { datasetText } from './support/workspace.js';

// Every fenced command of README and docs, from top to bottom of each page, as a shell runs it: in a folder that has what the pages
// speak of, made with tiny models. What cannot run here is named, with the reason.

const SKIPPED: readonly (readonly [line: RegExp, reason: string])[] = [
  [/^npm (ci|test|install|run gpu:install)\b/, 'installs, builds or tests the very checkout'],
  [/\b(datasets|models) pull\b/, 'downloads up to gigabytes'],
  [/configs\/runs\/post\.yaml/, 'needs the data sets of the post'],
  [/^rsync\b/, 'needs another host'],
  [
    /\bs3:|client-s3$/,
    'needs object storage; test/pipeline/distributed/bucket.test.ts and test/s3.test.ts have some',
  ],
  [/^docker\b/, 'needs Docker, and gigabytes; test/dockerfile.test.ts holds the file to its page'],
  [/runs\/small-gpu/, 'needs runs on two graphics cards; test/cli/two-devices.test.ts has two devices'],
  [/\bgpu (install|remove)\b/, 'fetches gigabytes, and removes what this machine has'],
  [
    /\bgpu prove\b/,
    'needs a graphics card, and minutes; test/analysis/prove has software and planted faults',
  ],
  [/^export (LD_LIBRARY_PATH|VK_ICD_FILENAMES)=/, "would change the program's libraries"],
  [/--device webgpu/, 'needs a graphics driver; test/pipeline/webgpu-run.test.ts has one'],
  [/--remeasure/, 'takes minutes of a machine of its own; test/analysis/gate/remeasure measures'],
];

/** What stands in a line for what is not here: the quick start runs with the one model that comes along. */
const INSTEAD: readonly (readonly [found: RegExp, put: string])[] = [
  [
    /^(npm run|npx maskbench) quickstart$/,
    'maskbench run quickstart --models contrast-baseline --limit 1 --no-time --out runs/shipped --resume',
  ],
  [/--models isnet-fp16,/, '--profile quick --models contrast-baseline,'],
  [/runs\/photos-2026-11-29/, 'runs/photos-*'],
];

/** What a page takes for granted before a command, beyond the folder. */
const BEFORE: readonly (readonly [line: RegExp, script: string])[] = [
  [/baseline set production/, 'rm -rf baselines/production'],
];

const ELSEWHERE: readonly string[] = ['docs/ci.md']; // test/ci-recipes.test.ts
const LIMIT_MS = 600_000;
const QUICK = `accuracy: { processes: 1, threads: 1 }
time: { profile: quick, images: 2, rounds: 1, threads: 1 }
`;
const newFolder = useTempFolders();

interface Ended {
  readonly status: number;
  readonly said: string;
}

function shell(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((done) => {
    execFile('sh', ['-e', '-c', script], { cwd, env: { ...process.env, ...env } }, (error, out, err) => {
      done({ status: error === null ? 0 : Number(error.code ?? -1), said: out + err });
    });
  });
}

const skippedBy = (line: string): RegExp | undefined => SKIPPED.find(([pattern]) => pattern.test(line))?.[0];

/** A block as it is run: what is skipped does nothing, and what it takes for granted is done before. */
function runnable(block: string): readonly string[] {
  return block
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => {
      if (skippedBy(line) !== undefined) return ':';
      const put = INSTEAD.reduce((so, [found, by]) => so.replace(found, by), line);
      const [, before] = BEFORE.find(([pattern]) => pattern.test(line)) ?? [];
      return before === undefined ? put : `${before}\n${put}`;
    });
}

describe.runIf(IS_BUILT)('the commands of README and docs', async () => {
  const docs = (await readdir(join(PACKAGE_ROOT, 'docs'))).filter((name) => name.endsWith('.md')).sort();
  const pages = ['README.md', ...docs.map((name) => `docs/${name}`)];
  const blocks = new Map<string, readonly string[]>();
  for (const page of pages) {
    const own = fencedBlocks(await readFile(join(PACKAGE_ROOT, page), 'utf8'), 'sh');
    if (own.length > 0 && !ELSEWHERE.includes(page)) blocks.set(page, own);
  }
  let folder = '';
  const at = (...names: readonly string[]): string => join(folder, ...names);
  const env = (log: string): Record<string, string> => ({
    PATH: [at('bin'), process.env['PATH']].join(delimiter),
    LOG: log,
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Docs',
    GIT_AUTHOR_EMAIL: 'docs@example.org',
    GIT_COMMITTER_NAME: 'Docs',
    GIT_COMMITTER_EMAIL: 'docs@example.org',
  });

  async function program(name: string, script: string): Promise<void> {
    await writeFile(at('bin', name), `#!/bin/sh\n${script}\n`);
    await chmod(at('bin', name), 0o755);
  }

  beforeAll(async () => {
    folder = await newFolder();
    for (const name of ['bin', 'work/bench', 'work/gates'])
      await mkdir(at(...name.split('/')), { recursive: true });
    // Keeps the status of each command; a verdict is an answer, and ends no block.
    const verdict = 'if [ "$1" = check ] && [ $status -le 2 ]; then exit 0; fi; exit $status';
    const call = `"${process.execPath}" "${MAIN}" "$@" && status=0 || status=$?`;
    await program('maskbench', `${call}\necho "$status $*" >> "$LOG"\n${verdict}`);
    await program('npx', 'shift; exec maskbench "$@"');
    const work = at('work');
    for (const name of ['samples', 'docs']) await symlink(join(PACKAGE_ROOT, name), join(work, name));
    await cp(join(PACKAGE_ROOT, 'configs'), join(work, 'configs'), { recursive: true });
    // Weights under the names of the quick start that are small and here.
    for (const [name, model] of [
      ['isnet-fp16', 'luma'],
      ['isnet-quint8', 'inverse'],
    ] as const) {
      await writeTinyModel(join(work, 'bench'), model);
      const spec = await readFile(join(work, 'bench', `${model}.yaml`), 'utf8');
      await writeFile(join(work, 'bench', `${name}.yaml`), spec.replace(/^name: .*$/m, `name: ${name}`));
    }
    await writeTinyModel(work, 'luma');
    const mine = await readFile(join(work, 'luma.yaml'), 'utf8');
    await writeFile(join(work, 'my-model.yaml'), mine.replace(/^name: .*$/m, 'name: mine'));
    await writePairs(join(work, 'photos'), join(work, 'masks'), 2, 7);
    const models = 'models: [./bench/isnet-fp16.yaml, ./bench/isnet-quint8.yaml]\n';
    await writePairedFolders(join(work, 'bench', 'photos'), 6);
    await writeFile(join(work, 'bench', 'own-photos.yaml'), datasetText('own-photos', 'photos'));
    await writeFile(
      join(work, 'bench.yaml'),
      `name: bench\n${models}datasets: [./bench/own-photos.yaml]\n${QUICK}`,
    );
    await writeFile(
      join(work, 'run.yaml'),
      `name: mine\nmodels: [./my-model.yaml]\ndatasets: [./bench/own-photos.yaml]\n${QUICK}`,
    );
    const quickstart = `name: quickstart\n${models}datasets: [samples-humans, samples-dis5k]\nlimit: 2\n`;
    await writeFile(join(work, 'quickstart.yaml'), quickstart);
    await cp(join(work, 'configs', 'gates', 'rollout.yaml'), join(work, 'gates', 'mine.yaml'));
    await cp(join(work, 'configs', 'gates', 'rollout.yaml'), join(work, 'bench', 'gate.yaml'));
    const prepare = [
      'maskbench run quickstart.yaml --no-time',
      'maskbench run bench.yaml --no-time --out runs/now',
      'cp -r runs/now runs/before',
      'maskbench baseline set production --run runs/before --models isnet-fp16',
      'git init --quiet --initial-branch=main && git add baselines bench && git commit --quiet -m baseline',
      'git update-ref refs/remotes/origin/main HEAD',
    ].join('\n');
    const { status, said } = await shell(prepare, work, env(at('prepared')));
    expect(status, said).toBe(0);
  }, LIMIT_MS);

  it.for([...blocks.keys()])('run from top to bottom in %s', { timeout: LIMIT_MS }, async (page) => {
    const log = at(`${page.replaceAll('/', '-')}.log`);
    await writeFile(log, '');
    let expected = 0;
    for (const block of blocks.get(page) ?? []) {
      const lines = runnable(block);
      const { status, said } = await shell(lines.join('\n'), at('work'), env(log));
      expect(status, `${block}\n${said}`).toBe(0);
      expected += lines.filter((line) => /^(npx )?maskbench /m.test(line)).length;
    }
    const ran = (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
    expect(ran.length).toBeGreaterThanOrEqual(expected);
    for (const line of ran) expect(line).toMatch(/^0 |^[0-2] check /);
  });

  it('are left out only for reasons that something still needs, and most are not', () => {
    const lines = [...blocks.values()].flat().flatMap((block) =>
      block
        .replaceAll(/\\\n\s*/g, ' ')
        .trim()
        .split('\n'),
    );
    const used = lines.flatMap((line) => skippedBy(line) ?? []);
    expect(SKIPPED.filter(([pattern]) => !used.includes(pattern))).toEqual([]);
    expect([...BEFORE, ...INSTEAD].filter(([pattern]) => !lines.some((line) => pattern.test(line)))).toEqual(
      [],
    );
    expect(lines.length - used.length).toBeGreaterThan(20);
  });
});

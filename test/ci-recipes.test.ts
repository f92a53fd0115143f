import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadGate } from '../src/analysis/gate/gate.js';
import { PACKAGE_ROOT } from '../src/core/package-root.js';
import { COMMENT_MARK } from '../src/reports/comparison/markdown.js';
import { IS_BUILT, MAIN } from './support/cli.js';
import { fencedBlocks } from './support/markdown.js';
import { attribute } from './support/onnx-builder.js';
import { useTempFolders } from './support/temp-folder.js';
import { writePairedFolders } from './support/tiny-datasets.js';
import { node, number, writeGraph, writeTinyModel, TINY_SIDE } from './support/tiny-models.js';

// The recipes of docs/ci are played as they stand: a repository, its clone in a CI's workspace, npm and the real program.

const RECIPES = join(PACKAGE_ROOT, 'docs', 'ci');
const IMAGES = 8;
const LIMIT_MS = 600_000;

interface Played {
  readonly status: number;
  readonly said: string;
}

interface GithubStep {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

interface GithubWorkflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: { readonly verdict: { readonly steps: readonly GithubStep[] } };
}

interface GitlabJob {
  readonly maskbench: {
    readonly variables: Readonly<Record<string, string>>;
    readonly script: readonly string[];
    readonly allow_failure: unknown;
    readonly artifacts: { readonly paths: readonly string[] };
  };
}

const read = (name: string): Promise<string> => readFile(join(RECIPES, name), 'utf8');
const github = async (): Promise<GithubWorkflow> => parse(await read('maskbench.yml')) as GithubWorkflow;
const gitlab = async (): Promise<GitlabJob> => parse(await read('gitlab-ci.yml')) as GitlabJob;

const newFolder = useTempFolders();
let folder = '';
const at = (...names: readonly string[]): string => join(folder, ...names);

/** What CI gives a shell: nothing of this process's own Maskbench variables but where data may lie. */
function shell(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  program: readonly string[] = ['sh', '-e', '-c'],
): Promise<Played> {
  const [file = 'sh', ...flags] = program;
  const identity = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'Recipe',
    GIT_AUTHOR_EMAIL: 'recipe@example.org',
    GIT_COMMITTER_NAME: 'Recipe',
    GIT_COMMITTER_EMAIL: 'recipe@example.org',
  };
  return new Promise((resolve) => {
    const all = { ...process.env, NO_COLOR: '1', ...identity, ...env };
    execFile(file, [...flags, script], { cwd, env: all }, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), said: out + err });
    });
  });
}

async function done(script: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { status, said } = await shell(script, cwd, env);
  expect(status, `${script}\n${said}`).toBe(0);
}

/** A branch from main with one change. */
async function branch(name: string, change: () => Promise<unknown>): Promise<void> {
  await done(`git checkout --quiet main && git checkout --quiet -b ${name}`, at('work'));
  await change();
  await done(`git add --all && git commit --quiet -m ${name} && git push --quiet origin ${name}`, at('work'));
}

/** Makes what `luma` makes, and is another file: a candidate without identity, and too few images for anything else. */
const likeLuma = {
  inputs: [{ name: 'image', dtype: 'float32' as const, shape: [1, 3, TINY_SIDE, TINY_SIDE] }],
  outputs: [{ name: 'map', dtype: 'float32' as const, shape: [1, 1, TINY_SIDE, TINY_SIDE] }],
  nodes: [
    node('Mul', ['image', 'one'], 'same'),
    node('ReduceMean', ['same'], 'map', {
      axes: attribute.ints([1]),
      keepdims: attribute.int(1),
    }),
  ],
  initializers: [number('one', 1)],
};

describe.runIf(IS_BUILT)('the recipes for CI', () => {
  const env = { MASKBENCH: PACKAGE_ROOT };

  beforeAll(async () => {
    folder = await newFolder();
    const work = at('work');
    await mkdir(at('bin'));
    const program = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
    await writeFile(at('bin', 'maskbench'), program, { mode: 0o755 });
    await done(
      'git init --quiet --bare --initial-branch=main origin.git && git clone --quiet origin.git work',
      at(),
    );
    await done('git checkout --quiet -b main', work);
    for (const name of ['models', 'bench', 'configs/gates'])
      await mkdir(join(work, name), { recursive: true });
    await writeGraph(join(work, 'models'), 'luma', likeLuma, TINY_SIDE);
    await writePairedFolders(join(work, 'bench', 'data'), IMAGES);
    const config = [
      'name: tiny',
      'models: [../models/luma.yaml]',
      'datasets:',
      '  - { name: tiny, layout: paired-folders, root: "${CONFIG_DIR}/data", images: { path: im }, truths: { path: gt } }',
      'accuracy: { processes: 1, threads: 1 }',
      '',
    ].join('\n');
    for (const name of ['production', 'candidate'])
      await writeFile(join(work, 'bench', `${name}.yaml`), config);
    await cp(join(PACKAGE_ROOT, 'configs', 'gates'), join(work, 'configs', 'gates'), { recursive: true });
    await cp(join(RECIPES, 'maskbench.sh'), join(work, 'bench', 'maskbench.sh'));
    await writeFile(join(work, '.gitignore'), 'runs/\n.maskbench/\n.cache/\nverdict.*\n');
    // The page's own first commands make the baseline and the gate.
    const [once = ''] = fencedBlocks(await readFile(join(PACKAGE_ROOT, 'docs', 'ci.md'), 'utf8'), 'sh');
    await done(once, work, { PATH: `${at('bin')}${delimiter}${process.env['PATH']}` });
    await done('git add --all && git commit --quiet -m main && git push --quiet origin main', work);
    await branch('equal', () =>
      writeFile(join(work, 'bench', 'candidate.yaml'), `# looked at again\n${config}`),
    );
    await branch('bad', async () => {
      await writeTinyModel(join(work, 'models'), 'inverse');
      await cp(join(work, 'models', 'inverse.onnx'), join(work, 'models', 'luma.onnx'));
      // ... and brings rules of its own, by which anything would pass.
      const lax = 'version: 2\nname: lax\nfloors: [{ metric: iou, mean: 0 }]\n';
      await writeFile(join(work, 'bench', 'gate.yaml'), lax);
    });
    await branch('unsure', () => writeTinyModel(join(work, 'models'), 'luma'));
    // As CI does it: one branch, and no more of its history than needed.
    await done(`git clone --quiet --depth=1 --branch=equal "file://${at('origin.git')}" ci`, at());
  }, LIMIT_MS);

  /** The workspace of the last job, at another branch. */
  const turnTo = (name: string): Promise<void> =>
    done(`git fetch --quiet --depth=1 origin ${name} && git checkout --quiet FETCH_HEAD`, at('ci'));

  it(
    'pass what is equal by identity, twice in one workspace, by the script for any CI',
    async () => {
      for (const time of ['first', 'second']) {
        const { status, said } = await shell('sh bench/maskbench.sh', at('ci'), env);
        expect(status, `${time}: ${said}`).toBe(0);
        expect(said).toMatch(/PASS by the gate "pull-request"/);
        expect(said).toContain('baseline: origin/main:baselines/production');
        expect(said).toMatch(/same model file/);
      }
      expect(await readFile(at('ci', 'verdict.xml'), 'utf8')).toMatch(/<testsuites[^>]* failures="0"/);
    },
    LIMIT_MS,
  );

  it(
    'fail a bad candidate by the rules of the target branch, whatever it brings along, by the job for GitLab',
    async () => {
      await turnTo('bad');
      const { variables, script, allow_failure, artifacts } = (await gitlab()).maskbench;
      expect(variables['TARGET']).toBe('$CI_MERGE_REQUEST_TARGET_BRANCH_NAME');
      expect(allow_failure).toEqual({ exit_codes: 2 });
      const { status, said } = await shell(script.join('\n'), at('ci'), { ...env, TARGET: 'main' });
      expect(status, said).toBe(1);
      expect(said).toMatch(/^FAIL +IoU on tiny/m);
      expect(said).toMatch(/FAIL by the gate "pull-request"/);
      expect((await shell(`ls ${artifacts.paths.join(' ')} verdict.xml`, at('ci'))).status).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'leave open what too few images cannot tell, by the workflow for GitHub Actions',
    async () => {
      await turnTo('unsure');
      await done('git clean -ffdxq', at('ci')); // as actions/checkout does
      const { env: variables, jobs } = await github();
      const runner = {
        RUNNER_TEMP: at('runner'),
        GITHUB_PATH: at('path'),
        GITHUB_STEP_SUMMARY: at('summary'),
      };
      await mkdir(runner.RUNNER_TEMP);
      const given = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [
          name,
          value.replace('${{ github.base_ref }}', 'main').replace('${{ github.workspace }}', at('ci')),
        ]),
      );
      expect(Object.values(given).filter((value) => value.includes('${{'))).toEqual([]);
      const named = jobs.verdict.steps.filter(({ run }) => run !== undefined);
      const statuses: [string, number, string][] = [];
      // The last one speaks with GitHub.
      for (const { name = '', run = '' } of named.slice(0, -1)) {
        const added = (await readFile(runner.GITHUB_PATH, 'utf8').catch(() => '')).trim();
        const PATH = [...added.split('\n'), process.env['PATH']].join(delimiter);
        const all = { ...given, ...env, ...runner, GITHUB_ACTIONS: 'true', PATH };
        const { status, said } = await shell(run, at('ci'), all, ['bash', '-e', '-c']);
        statuses.push([name, status, said]);
        if (status !== 0) break;
      }
      const told = statuses.map(([, , said]) => said).join('\n');
      expect(
        statuses.map(([name, status]) => [name, status]),
        told,
      ).toEqual([
        ['Install Maskbench', 0],
        ['Does the gate catch planted faults?', 0],
        ['Evaluate the candidate', 0],
        ['Judge it', 2],
      ]);
      expect(told).toContain('::warning');
      const comment = await readFile(at('ci', 'verdict.md'), 'utf8');
      expect(await readFile(runner.GITHUB_STEP_SUMMARY, 'utf8')).toBe(comment);
      expect(comment.startsWith(COMMENT_MARK)).toBe(true);
    },
    LIMIT_MS,
  );
});

describe('the gate for pull requests', () => {
  it('is that for rollouts without what a shared machine cannot measure', async () => {
    const rules = async (name: string): Promise<Record<string, unknown>> => {
      const { name: _name, description: _description, ...rest } = (await loadGate(name, PACKAGE_ROOT)).gate;
      return rest;
    };
    const { latency: _latency, ...rollout } = await rules('rollout');
    expect(await rules('pull-request')).toEqual(rollout);
  });
});

describe('the workflow for GitHub Actions', () => {
  it('pins every action by a commit, with its version beside it, and finds the comment that check writes', async () => {
    const text = await read('maskbench.yml');
    const { steps } = (await github()).jobs.verdict;
    expect(steps.every(({ run, uses }) => (run === undefined) !== (uses === undefined))).toBe(true);
    const used = [...text.matchAll(/^ *- uses: (.*)$/gm)].map(([, what]) => what);
    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    for (const what of used) expect(what).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(text).toContain(`startswith("${COMMENT_MARK}")`);
  });
});

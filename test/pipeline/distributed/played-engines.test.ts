import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { differences, outcomeOf } from '../../../bench/support/kill-run.mjs';
import { cli, IS_BUILT, startCli, stopStarted } from '../../support/cli.js';
import { keep, makeWorkspace, type Workspace } from '../../support/workspace.js';

// There is no cluster here. What is submitted is taken down by a program with the engine's name, and then done as the engine would: a
// process per container, with the words and the environment that it was given.

interface Variable {
  readonly name: string;
  readonly value: string;
}
type Environment = readonly Variable[];
const asEnv = (variables: Environment = []): NodeJS.ProcessEnv =>
  Object.fromEntries(variables.map(({ name, value }) => [name, value]));

describe.runIf(IS_BUILT)('the shards of a plan that are left (skipped unless dist/ is built)', () => {
  let workspace: Workspace;
  let restore: () => Promise<void>;
  const at = (...names: readonly string[]): string => workspace.path(...names);
  const act = (...argv: readonly string[]) => cli(argv, workspace.folder);

  beforeAll(async () => {
    workspace = await makeWorkspace({ samples: 5 });
    expect(await act('run', 'run.yaml', '--no-time', '--out', 'out')).toMatchObject({ status: 0 });
    expect(await act('plan', 'run.yaml', '--shards', '5', '--out', 'plan')).toMatchObject({ status: 0 });
    expect(await act('work', 'plan', '--shard', '2')).toMatchObject({ status: 0 });
    await mkdir(at('bin'));
    await mkdir(at('empty'));
    await symlink('/bin/bash', at('empty', 'bash'));
    restore = await keep(workspace);
  }, 120_000);
  beforeEach(() => restore());
  afterEach(stopStarted);
  afterAll(() => workspace.remove());

  /** Submits by a program of this name, which is this script. */
  async function submit(
    engine: string,
    program: string,
    script: string,
    ...more: readonly string[]
  ): Promise<string> {
    await writeFile(at('bin', program), `#!/usr/bin/env node\n${script}\n`);
    await chmod(at('bin', program), 0o755);
    const argv = ['submit', engine, 'plan', '--go', '--out', 'merged', '--image', 'maskbench', ...more];
    const env = { ...process.env, PATH: [at('bin'), process.env['PATH']].join(delimiter), LOG: at('log') };
    const { status, out, err } = await cli(argv, workspace.folder, { env });
    expect(status, err).toBe(0);
    return out;
  }

  const container = (argv: readonly string[], env?: NodeJS.ProcessEnv) => startCli(argv, '/', env).result;

  async function expectMerged(): Promise<void> {
    expect(differences(await outcomeOf(at('out')), await outcomeOf(at('merged')))).toEqual([]);
    expect(await act('submit', 'slurm', 'plan')).toMatchObject({ status: 64 });
  }

  it('are indexes of a Job of Kubernetes, and its merge waits until all are published', async () => {
    interface Container {
      readonly args: readonly string[];
      readonly env?: Environment;
    }
    interface Job {
      readonly spec: {
        readonly completions?: number;
        readonly template: {
          readonly spec: {
            readonly initContainers?: readonly Container[];
            readonly containers: readonly Container[];
          };
        };
      };
    }
    const said = await submit(
      'kubernetes',
      'kubectl',
      `process.stdin.pipe(require('fs').createWriteStream(process.env.LOG)); console.log(process.argv.slice(2).join(' '))`,
      '--volume',
      `shared:${workspace.folder}`,
      '--',
      '--namespace=bench',
    );
    expect(said).toBe('create -f - --namespace=bench\n');
    const [shards, merge, ...others] = parseAllDocuments(await readFile(at('log'), 'utf8')).map(
      (document) => (document.toJS() as Job).spec,
    );
    expect(others).toEqual([]);
    const [wait] = merge?.template.spec.initContainers ?? [];
    let isOver = false;
    const waited = container(wait?.args ?? []).finally(() => (isOver = true));
    const [work] = shards?.template.spec.containers ?? [];
    for (let index = 0; index < (shards?.completions ?? 0); index++) {
      expect(isOver).toBe(false);
      const env = { ...asEnv(work?.env), JOB_COMPLETION_INDEX: String(index) };
      expect(await container(work?.args ?? [], env)).toMatchObject({ status: 0 });
    }
    expect(await waited).toMatchObject({ status: 0 });
    const [last] = merge?.template.spec.containers ?? [];
    expect(await container(last?.args ?? [])).toMatchObject({ status: 0 });
    await expectMerged();
  }, 180_000);

  it('are an array of AWS Batch, on which its merge depends', async () => {
    interface Request {
      readonly containerProperties: { readonly command: readonly string[] };
      readonly arrayProperties: { readonly size: number };
      readonly containerOverrides: { readonly environment: Environment };
    }
    const said = await submit(
      'aws-batch',
      'aws',
      `const fs = require('fs');
       const argv = process.argv.slice(2);
       fs.appendFileSync(process.env.LOG, JSON.stringify(argv) + '\\n');
       console.log(argv[1] + '-' + fs.readFileSync(process.env.LOG, 'utf8').trim().split('\\n').length);`,
      '--volume',
      `/mnt/fsx:${workspace.folder}`,
      '--queue',
      'gpus',
    );
    expect(said).toBe('submitted: submit-job-2 merge submit-job-4\n');
    const calls = (await readFile(at('log'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as readonly string[]);
    expect(calls.map(([service, operation]) => [service, operation])).toEqual([
      ['batch', 'register-job-definition'],
      ['batch', 'submit-job'],
      ['batch', 'register-job-definition'],
      ['batch', 'submit-job'],
    ]);
    const after = (call: readonly string[] | undefined, flag: string): string =>
      call?.[call.indexOf(flag) + 1] ?? '';
    const [work, shards, merge] = calls.map((call) => JSON.parse(after(call, '--cli-input-json')) as Request);
    expect(after(calls[1], '--job-definition')).toBe('register-job-definition-1');
    expect(after(calls[3], '--depends-on')).toBe('jobId=submit-job-2');
    expect(shards?.arrayProperties.size).toBe(4);
    const children = Array.from({ length: shards?.arrayProperties.size ?? 0 }, (_, index) => ({
      ...asEnv(shards?.containerOverrides.environment),
      AWS_BATCH_JOB_ARRAY_INDEX: String(index),
    }));
    // In any order.
    for (const env of children.reverse())
      expect(await container(work?.containerProperties.command ?? [], env)).toMatchObject({ status: 0 });
    expect(await container(merge?.containerProperties.command ?? [])).toMatchObject({ status: 0 });
    await expectMerged();
  }, 180_000);

  it.each<readonly [string, readonly string[], RegExp]>([
    ['no image', ['kubernetes', 'plan'], /no image is named/],
    ['a plan on no volume', ['kubernetes', 'plan', '--image', 'm'], /plan: it is on no volume/],
    [
      'a volume that cannot be written to',
      ['kubernetes', 'plan', '--image', 'm', '--volume', 'shared:/:ro'],
      /on no volume that can be written to/,
    ],
    ['an image for Slurm', ['slurm', 'plan', '--image', 'm'], /--image is for kubernetes and aws-batch/],
    [
      'a command in an image',
      ['kubernetes', 'plan', '--image', 'm', '--command', 'm'],
      /--command is for slurm and parallel/,
    ],
    ['a volume that is none', ['kubernetes', 'plan', '--volume', 'shared'], /expected source:\/path/],
  ])('are not submitted with %s', async (_what, argv, says) => {
    const { status, err } = await act('submit', ...argv);
    expect([status, err]).toEqual([64, expect.stringMatching(says)]);
  });

  it('are only printed where there is no such engine', async () => {
    const argv = ['submit', 'kubernetes', 'plan', '--image', 'm', '--volume', 'shared:/'];
    const env = { ...process.env, PATH: at('empty') };
    expect(await cli([...argv, '--go'], workspace.folder, { env })).toMatchObject({
      status: 69,
      err: expect.stringMatching(/there is no kubectl on this machine; without --go the script is printed/),
    });
    expect(await cli(argv, workspace.folder, { env })).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^# 4 shards of /),
    });
  });
});

import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, type CliResult } from '../support/cli.js';
import { configText, datasetText, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace({ models: ['luma', 'slow'], samples: 2 });
});
afterAll(() => workspace.remove());

/** A refusal is one line on stderr and nothing on stdout. */
async function refusal(...argv: readonly string[]): Promise<CliResult> {
  const result = await cli(argv, workspace.folder);
  expect(result.out).toBe('');
  expect(result.err.trimEnd().split('\n')).toHaveLength(1);
  expect(result.err).toMatch(/^maskbench: /);
  return result;
}

async function config(text: string): Promise<string> {
  await writeFile(workspace.path('other.yaml'), text);
  return 'other.yaml';
}

const SPEC = 'name: other\ninput: { width: 64, height: 64 }\n';

async function modelConfig(spec: string): Promise<string> {
  await writeFile(workspace.path('model.yaml'), spec);
  return config(configText(['model'], ['tiny']));
}

describe('a name that nobody knows', () => {
  it('of a model is answered with the nearest', async () => {
    const file = await config('name: x\nmodels: [isnet-fp61]\ndatasets: [./tiny.yaml]\n');
    const { status, err } = await refusal('run', file);
    expect(status).toBe(64);
    expect(err).toMatch(/unknown model "isnet-fp61"; did you mean "isnet-fp16"\?/);
  });

  it('of a dataset is answered with the nearest', async () => {
    const { status, err } = await refusal(
      'run',
      await config('name: x\nmodels: [./luma.yaml]\ndatasets: [humens]\n'),
    );
    expect(status).toBe(64);
    expect(err).toMatch(/unknown dataset "humens"; did you mean "humans"\?/);
  });

  it('after --models or --datasets is answered with those of the config', async () => {
    expect((await refusal('run', 'run.yaml', '--models', 'lumma')).err).toMatch(/did you mean "luma"\?/);
    const { status, err } = await refusal('run', 'run.yaml', '--datasets', 'dis5k');
    expect(status).toBe(64);
    expect(err).toMatch(/the config has no dataset "dis5k"; there are tiny/);
  });

  it.each([
    [['rum', 'run.yaml'], /unknown command 'rum'; did you mean run\?/],
    [['models', 'pul', 'u2net'], /unknown command 'pul'; did you mean pull\?/],
    [['run', 'run.yaml', '--limt', '3'], /unknown option '--limt'; did you mean --limit\?/],
    [['run', 'run.yaml', '--device', 'gpu'], /unknown device "gpu"; expected one of cpu, cuda, /],
    [['report', 'x', '--format', 'pdf'], /'pdf' is invalid; expected one of terminal, markdown/],
  ])('is answered for %j', async (argv, line) => {
    const { status, err } = await refusal(...argv);
    expect(status).toBe(64);
    expect(err).toMatch(line);
  });
});

describe('a value that cannot be', () => {
  it.each([
    [['--limit', '0'], /'--limit <n>' argument '0' is invalid; expected a whole number from 1/],
    [['--limit', '-3'], /expected a whole number from 1/],
    [['--limit', '1e3'], /expected a whole number from 1/],
    [['--shard', '3/2'], /expected i\/n with 1 <= i <= n/],
    [['--models', 'a,,b'], /expected names separated by commas/],
  ])('is refused: %j', async (argv, line) => {
    const { status, err } = await refusal('run', 'run.yaml', ...argv);
    expect(status).toBe(64);
    expect(err).toMatch(line);
  });

  it('is a missing argument', async () => {
    expect((await refusal('verify')).err).toMatch(/missing required argument 'run'/);
  });
});

describe('a file that is not what it should be', () => {
  it('is a config that is not there', async () => {
    const { status, err } = await refusal('run', 'none.yaml');
    expect(status).toBe(65);
    expect(err).toContain(`${workspace.path('none.yaml')}: no such YAML file`);
  });

  it('is a config with a wrong key: file, line, column and the right key', async () => {
    const { status, err } = await refusal(
      'run',
      await config(`${configText(['luma'], ['tiny'])}devise: cpu\n`),
    );
    expect(status).toBe(64);
    expect(err).toContain(
      `${workspace.path('other.yaml')}:4:1: unknown key "devise"; did you mean "device"?`,
    );
  });

  it('is a config with a wrong key inside another', async () => {
    const text = `${configText(['luma'], ['tiny'])}time:\n  rounds: 2\n  warmups: 5\n`;
    const { status, err } = await refusal('run', await config(text));
    expect(status).toBe(64);
    expect(err).toContain('other.yaml:6:3: time: unknown key "warmups"; did you mean "warmup"?');
  });

  it('is a config whose required key is misspelt', async () => {
    const text = 'name: x\nmodles: [./luma.yaml]\ndatasets: [./tiny.yaml]\n';
    const { status, err } = await refusal('run', await config(text));
    expect(status).toBe(64);
    expect(err).toContain('other.yaml:2:1: unknown key "modles"; did you mean "models"?');
  });

  it('is a config that is no YAML', async () => {
    const { status, err } = await refusal(
      'run',
      await config('name: x\nmodels: [./luma.yaml\ndatasets: []\n'),
    );
    expect(status).toBe(64);
    expect(err).toMatch(/other\.yaml:3:1: not valid YAML: /);
  });

  it('is a model file that is not there', async () => {
    const { status, err } = await refusal('run', await modelConfig(`${SPEC}files: file:none.onnx\n`));
    expect(status).toBe(65);
    expect(err).toContain(
      `${workspace.path('none.onnx')}: no such model file; the path of a "file" source is relative`,
    );
  });

  it('is a model file with another checksum', async () => {
    const wrong = 'ab'.repeat(32);
    const { status, err } = await refusal(
      'run',
      await modelConfig(`${SPEC}files: file:luma.onnx#sha256=${wrong}\n`),
    );
    expect(status).toBe(65);
    expect(err).toMatch(
      new RegExp(`luma\\.onnx: .* not the expected file: expected sha256 ${wrong}, got [0-9a-f]{64}; `),
    );
  });

  it('is a dataset that is not there, with where to put it', async () => {
    await writeFile(workspace.path('away.yaml'), datasetText('away', 'nowhere'));
    const { status, err } = await refusal('run', await config(configText(['luma'], ['away'])));
    expect(status).toBe(65);
    expect(err).toMatch(/nowhere: dataset "away" is not on this machine; put its files into /);
  });

  it('is a run folder with other files', async () => {
    const { status, err } = await refusal('run', 'run.yaml', '--out', 'data');
    expect(status).toBe(64);
    expect(err).toMatch(
      /data: the folder holds other files \(gt\); choose an empty or new folder with --out/,
    );
  });
});

describe('a device that is not there', () => {
  it.skipIf(process.platform === 'win32').each(['dml', 'dml:1'])(
    'is refused: %s, with what it needs',
    async (device) => {
      const { status, err } = await refusal('run', 'run.yaml', '--device', device);
      expect(status).toBe(69);
      expect(err).toMatch(
        /device dml.* is not available: onnxruntime-node .* has no dml for .*; it is there for win32\/x64 and win32\/arm64/,
      );
    },
  );

  it.skipIf(process.platform === 'darwin')('is refused: coreml, with what it needs', async () => {
    const { status, err } = await refusal('run', 'run.yaml', '--device', 'coreml');
    expect(status).toBe(69);
    expect(err).toMatch(/has no coreml for .*; it is there for darwin\/arm64/);
  });

  it.each(['cuda', 'cuda:0', 'tensorrt'])('is refused before a model is fetched: %s', async (device) => {
    const file = await config('name: x\nmodels: [u2net]\ndatasets: [./tiny.yaml]\n');
    const { status, err } = await cli(['run', file, '--offline', '--device', device], workspace.folder);
    // On a machine that does have the GPU the model is what is missing.
    expect(status).toBe(69);
    expect(err).toMatch(/is not available: .*maskbench gpu install|not in the cache/);
  });
});

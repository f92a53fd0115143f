import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.js';
import { execute, makeWorkspace, type Workspace } from '../support/workspace.js';

let workspace: Workspace;

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 1 });
  await execute(workspace);
});
afterAll(() => workspace.remove());

const RUN_FOLDER =
  /out: this is a run folder, and no YAML file of a run; continue it with "maskbench resume out", or show it with "maskbench report out"/;
const CHECK = ['check', '--baseline', 'out', '--candidate', 'out'];
const RUN_FILE = /summary\.json: this is a file, and no run folder; name the folder that it is in, .*out\n/;
const OTHER_FILE = /run\.yaml: this is a file, and no run folder; expected a folder with manifest\.json/;
const FOLDER = /data: this is a folder, and no YAML file/;
const GATE = /data: this is a folder, and no gate; give a YAML file, or one that comes along/;

describe('a folder in the place of a file, or a file in that of a folder', () => {
  it.each<[readonly string[], RegExp, number]>([
    [['run', 'out'], RUN_FOLDER, 65],
    [['time', 'out'], RUN_FOLDER, 65],
    [['run', 'data'], FOLDER, 65],
    [[...CHECK, '--gate', 'data'], GATE, 65],
    [['gate', 'migrate', 'data'], /data: this is a folder, and no gate; give the YAML file of a gate\n/, 65],
    [['datasets', 'verify', 'data'], /data: this is a folder, and no dataset; name a YAML file/, 64],
    [['models', 'verify', './data'], /unknown model ".\/data"; that is a folder; see/, 64],
    [['report', 'out/summary.json'], RUN_FILE, 65],
    [['report', 'run.yaml'], OTHER_FILE, 65],
    [['report', 'run.yaml', '--by', 'ipq'], OTHER_FILE, 65],
    [['verify', 'out/summary.json'], RUN_FILE, 65],
    [['merge', 'run.yaml', 'out', '--out', 'merged'], OTHER_FILE, 65],
    [['compare', 'out', 'out/summary.json'], RUN_FILE, 65],
    [['check', '--baseline', 'run.yaml', '--candidate', 'out'], OTHER_FILE, 65],
    [['rank', 'run.yaml'], OTHER_FILE, 65],
    [['baseline', 'set', 'b', '--run', 'out/summary.json'], RUN_FILE, 65],
    [['runs', 'rm', 'out/summary.json'], RUN_FILE, 65],
    [
      ['runs', 'gc', 'run.yaml'],
      /run\.yaml: this is a file, and no folder; name the folder that your runs are in\n/,
      65,
    ],
    [['run', 'run.yaml', '--out', 'tiny.yaml'], /tiny\.yaml: .*a file is in the way/, 64],
  ])('%j is told so, with what would be right', async (argv, says, status) => {
    const { err, ...ended } = await cli(argv, workspace.folder);
    expect(err).toMatch(says);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(ended).toEqual({ status, out: '' });
  });

  it('is a run folder itself, for runs gc', async () => {
    const { err, status } = await cli(['runs', 'gc', 'out'], workspace.folder);
    expect({ err, status }).toEqual({ err: '1 run folder in out\n', status: 0 });
  });
});

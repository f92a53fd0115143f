import { chmod, cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT_STATUS, type ErrorCode } from '../../src/core/errors.js';
import { cli } from '../support/cli.js';
import { configText, execute, makeWorkspace, type Workspace } from '../support/workspace.js';

/** What a user types, the code of the refusal (its exit status is that of the one table), and the mend. */
type Row = readonly [argv: string, code: ErrorCode, mend: RegExp];

const DATA = '--images data/im --masks data/gt';
const LUMA = '--models ./luma.yaml';
const CHECK = 'check --baseline out --candidate out';
const MASKS = 'score --pred masks --gt data/gt';

const MISSPELT: readonly Row[] = [
  ['rum run.yaml', 'usage', /unknown command 'rum'; did you mean run\?$/],
  ['models lst', 'usage', /unknown command 'lst'; did you mean list\?$/],
  ['help reprot', 'usage', /unknown command 'reprot'; did you mean report\?$/],
  ['frobnicate', 'usage', /unknown command 'frobnicate'; see "maskbench --help"$/],
  ['run run.yaml --limt 3', 'usage', /unknown option '--limt'; did you mean --limit\?$/],
  ['run run.yaml --dry-run', 'usage', /unknown option '--dry-run'; see "maskbench run --help"$/],
  [
    'report out --limit 3',
    'usage',
    /'--limit'; it is a flag of "run", "time", "plan", "drift"; see "maskbench report --help"$/,
  ],
  [
    `run --models isnet-fp61 ${DATA}`,
    'config.unknown-name',
    /unknown model "isnet-fp61"; did you mean "isnet-fp16"\?$/,
  ],
  [
    `run ${LUMA} --datasets humens`,
    'config.unknown-name',
    /unknown dataset "humens"; did you mean "humans"\?$/,
  ],
  ['run run.yaml --models lumma', 'config.unknown-name', /no model "lumma"; did you mean "luma"\?$/],
  ['run quikstart', 'config.unknown-name', /unknown run "quikstart"; did you mean "quickstart"\?$/],
  ['rank out --metrics iuo', 'config.unknown-name', /no scores of "iuo"; did you mean "iou"\?$/],
  ['report out --columns dise', 'config.unknown-name', /no metric "dise"; did you mean "dice"\?$/],
  [
    'compare out out --metrics diec',
    'config.unknown-name',
    /no common metric "diec"; did you mean "dice"\?$/,
  ],
  ['runs trend . --model luma --metric iouu', 'config.unknown-name', /metric "iouu"; did you mean "iou"\?$/],
  ['run run.yaml --profile quik', 'usage', /'quik' is invalid; did you mean "quick"\?$/],
  ['report out --format htlm', 'usage', /'htlm' is invalid; did you mean "html"\?$/],
  [
    'run run.yaml --mattes worst',
    'usage',
    /'worst' is invalid.*; expected all, none or worst:N, such as worst:20$/,
  ],
  ['report out --format pdf', 'usage', /'pdf' is invalid; expected one of terminal, markdown, /],
  ['completion powershell', 'usage', /'powershell' is invalid .*; expected one of bash, zsh, fish$/],
  ['run run.yaml --device cudda', 'usage', /unknown device "cudda"; did you mean "cuda"\?$/],
  ['gpu prove --device cudda', 'usage', /unknown device "cudda"; did you mean "cuda"\?$/],
  [
    'gpu prove --device cuda:all',
    'usage',
    /"cuda:all" are several devices, .*; name one, as --device cuda:0; the check all-cards runs on all cards at once$/,
  ],
  [
    'gpu prove --device cpu --models isnet-fp61',
    'config.unknown-name',
    /unknown model "isnet-fp61"; did you mean "isnet-fp16"\?$/,
  ],
  [
    'gpu prove --device cpu --models ./lumma.yaml',
    'data.missing',
    /lumma\.yaml: .*; did you mean "(\.\/)?luma\.yaml"\?$/,
  ],
  [
    'gpu prove --device cpu --checks seel',
    'config.unknown-name',
    /there is no check "seel"; did you mean "seal"\?$/,
  ],
  ['run run.yaml --device gpu', 'usage', /unknown device "gpu"; expected one of cpu, cuda, /],
  [
    'run run.yaml --device cuda:99',
    'device.unavailable',
    /device cuda:99 is not available: .*; needs Linux x64/,
  ],
  [`${MASKS} --protocol sood`, 'config.unknown-name', /unknown protocol "sood"; did you mean "sod"\?$/],
  ['baseline show bas', 'config.unknown-name', /no baseline "bas"; did you mean "base"\?$/],
  [
    `check --baseline bse --candidate out`,
    'data.missing',
    /neither a run folder nor a baseline; did you mean "base"\?$/,
  ],
  ['run rum.yaml', 'data.missing', /rum\.yaml: no such YAML file; did you mean "run\.yaml"\?$/],
  ['report otu', 'data.missing', /otu: no such run folder; did you mean "out"\?$/],
];

const WRONG_FILE: readonly Row[] = [
  ['run out', 'data.unreadable', /a run folder, and no YAML file.*; continue it with "maskbench resume out"/],
  [
    'run data',
    'data.unreadable',
    /a folder, and no YAML file; give the YAML file of a run, .* --images and --masks$/,
  ],
  ['run nowhere/run.yaml', 'data.missing', /no such YAML file; give the YAML file of a run/],
  ['run gate.yaml', 'config.invalid', /this is a gate’s file, .*; it is for "maskbench check --gate"$/],
  [
    'run luma.yaml',
    'config.invalid',
    /this is a model’s file, and not the config of a run; it is for --models/,
  ],
  ['run tiny.yaml', 'config.invalid', /this is a dataset’s file, .*; it is for --datasets/],
  [
    'run picture.png',
    'config.invalid',
    /no text in UTF-8, and no YAML file; .*pictures are named by their folder \(--images\)$/,
  ],
  [
    'run luma.onnx',
    'config.invalid',
    /no text in UTF-8, .*; a network is described in a YAML file \("maskbench models inspect"/,
  ],
  ['run utf16.yaml', 'config.invalid', /no text in UTF-8, and no YAML file; save it as UTF-8$/],
  ['run empty.yaml', 'config.invalid', /empty\.yaml:1:1: must be keys with values, not empty$/],
  [
    `run --models picture.png ${DATA}`,
    'config.unknown-name',
    /"picture\.png"; that file is no YAML; .*give the path of a YAML file$/,
  ],
  [
    `run --models luma.onnx ${DATA}`,
    'usage',
    /does not say how it is fed and read; .*"maskbench models inspect" proposes one$/,
  ],
  [
    `run --models ./run.yaml ${DATA}`,
    'config.invalid',
    /the config of a run, and not a model’s file; it is for "maskbench run"$/,
  ],
  [
    `run ${LUMA} --datasets ./luma.yaml`,
    'config.invalid',
    /a model’s file, and not a dataset’s file; it is for --models/,
  ],
  [
    'datasets stats data',
    'config.unknown-name',
    /a folder, and no dataset; name a YAML file that says how it is laid out/,
  ],
  [
    `${CHECK} --gate run.yaml`,
    'config.invalid',
    /the config of a run, and not a gate’s file; it is for "maskbench run"$/,
  ],
  [
    `${CHECK} --gate old-gate.yaml`,
    'config.invalid',
    /begins with "version: 2".*"maskbench gate migrate old-gate\.yaml"/,
  ],
  [`${CHECK} --gate data`, 'data.unreadable', /a folder, and no gate; give a YAML file, or .*"rollout"/],
  [`${CHECK} --gate nope.yaml`, 'data.missing', /no such gate; give a YAML file, or .*"rollout"/],
  ['gate migrate data', 'data.unreadable', /a folder, and no gate; give the YAML file of a gate$/],
  ['report luma.onnx', 'data.missing', /a file, and no run folder; expected a folder with manifest\.json/],
  ['report out/summary.json', 'data.missing', /a file, and no run folder; name the folder that it is in, /],
  ['report runs', 'data.missing', /no run in this folder; name one of the runs in it: s1 and s2$/],
  ['resume empty', 'data.missing', /no run in this folder; expected a folder with manifest\.json/],
  ['verify nowhere', 'data.missing', /no such run folder; expected a folder with manifest\.json/],
  [
    'compare out from/a/colleague/later',
    'run.mismatch',
    /schemaVersion 99 was written by a later Maskbench; this one reads version 1$/,
  ],
  ['runs list nowhere', 'data.missing', /no such folder; name the folder that your runs are in$/],
  [
    'runs gc run.yaml',
    'data.missing',
    /this is a file, and no folder; name the folder that your runs are in$/,
  ],
  ['models inspect lumma.onnx', 'data.missing', /no such model file; did you mean "luma\.onnx"\?$/],
  [
    `${CHECK.replace('candidate out', 'candidate unscored')}`,
    'run.unfinished',
    /unfinished .*; finish it with "maskbench resume unscored"/,
  ],
  [
    'baseline set b --run unscored',
    'run.unfinished',
    /unfinished .*; finish it with "maskbench resume unscored"/,
  ],
];

const WRITTEN_WRONG: readonly Row[] = [
  ['run tab.yaml', 'config.invalid', /tab\.yaml:3:1: not valid YAML: a tab stands .*; indent it by spaces$/],
  [
    'run twice.yaml',
    'config.invalid',
    /twice\.yaml:2:1: not valid YAML: the key "name" is there twice; leave one of them$/,
  ],
  [
    'run open.yaml',
    'config.invalid',
    /open\.yaml:3:1: not valid YAML: .*; look at the brackets, quotes and indentation/,
  ],
  [
    'run misspelt.yaml',
    'config.invalid',
    /misspelt\.yaml:4:1: unknown key "devise"; did you mean "device"\?$/,
  ],
  ['run text.yaml', 'config.invalid', /text\.yaml:2:1: models: must be a list, not "\.\/luma\.yaml"$/],
  ['run quoted.yaml', 'config.invalid', /quoted\.yaml:4:1: limit: must be a number, not "3"$/],
  ['run comma.yaml', 'config.invalid', /comma\.yaml:4:12: scoring\.threshold: must be a number, not "0,5"$/],
  [
    `run --models ./no-weights.yaml ${DATA}`,
    'config.invalid',
    /files: is missing; name one file, such as file:model\.onnx/,
  ],
  [`run --models ./http.yaml ${DATA}`, 'config.invalid', /files: url: must be an https address/],
];

const MISSING: readonly Row[] = [
  ['run', 'usage', /neither a config nor --models; give a YAML file, "quickstart", or --models with/],
  [`run ${LUMA}`, 'usage', /nothing to run the models on; give --images and --masks, or --datasets/],
  [`run ${LUMA} --images data/im`, 'usage', /--masks is missing; name the folder of their masks with it$/],
  ['report', 'usage', /missing required argument 'run'; usage: maskbench report \[options\] <run\.\.\.>$/],
  ['compare out', 'usage', /missing required argument 'b'; usage: maskbench compare \[options\] <a> <b>$/],
  ['check --candidate out', 'usage', /--baseline is missing; give both: a run folder or a baseline, and /],
  ['score --gt data/gt', 'usage', /--pred is missing; name the folder of predictions with it$/],
  ['merge runs/s1 runs/s2', 'usage', /'--out <folder>' not specified; give --out: the new run folder$/],
  ['merge runs/s1 --out m', 'usage', /shard 2\/2 is missing; merge all n shards of one config, once each$/],
  ['merge out out --out m', 'usage', /this run is not a shard; merge all n shards of one config, once each$/],
  [
    'runs trend .',
    'usage',
    /'--model <name>' not specified; give --model: the model, by its name in the runs$/,
  ],
  ['run run.yaml --out', 'usage', /'--out <folder>' argument missing; give --out: the run folder/],
  ['report out --format parquet', 'usage', /--out is missing; Parquet is a binary format: name the file/],
  ['init new.yaml', 'usage', /--models is missing; name them with it, beside --images and --masks/],
];

const WRONG_VALUE: readonly Row[] = [
  ['run run.yaml --limit -3', 'usage', /'-3' is invalid; expected a whole number from 1$/],
  ['run run.yaml --limit NaN', 'usage', /'NaN' is invalid; expected a whole number from 1$/],
  ['run run.yaml --wait 0,5', 'usage', /'0,5' is invalid; expected seconds, such as 90$/],
  [`${MASKS} --threshold 0.5`, 'usage', /'0\.5' is invalid; expected a whole number from 1 to 255$/],
  ['run run.yaml --shard 3/2', 'usage', /'3\/2' is invalid; expected i\/n with 1 <= i <= n, such as 2\/4$/],
  ['--max-megapixels 0 report out', 'usage', /'0' is invalid; expected megapixels, such as 1000$/],
  [
    'run run.yaml --out runs/{dat}',
    'usage',
    /--out knows no \{dat\}; there are \{name\}, \{date\} and \{time\}$/,
  ],
  [
    'run run.yaml --out ""',
    'usage',
    /'--out <folder>' is empty; most often a variable of the shell that is not set/,
  ],
  [
    'report ""',
    'usage',
    /an argument of "report" is empty; most often a variable .*; usage: maskbench report/,
  ],
  ['run run.yaml --limit 3 --limit 4', 'usage', /'--limit <n>' is given twice; leave out one of them$/],
  [
    'run run.yaml --models luma --models slow',
    'usage',
    /'--models <names>' is given twice; separate its names by commas$/,
  ],
  [
    'run run.yaml --resume --overwrite',
    'usage',
    /'--overwrite' cannot be used with .*'--resume'; leave out one of them$/,
  ],
  ['compare out out out', 'usage', /too many arguments .*; usage: maskbench compare \[options\] <a> <b>$/],
  ['report out --by colour', 'config.unknown-name', /no attribute "colour"; there are width, height, /],
  ['baseline set base --run out', 'usage', /a baseline "base" already exists; overwrite it with --replace$/],
  ['baseline set a/b --run out', 'usage', /"a\/b" is not a valid name for a baseline; letters, digits/],
];

const PLACES: readonly Row[] = [
  [
    `run ${LUMA} --images nowhere --masks data/gt`,
    'data.missing',
    /nowhere: no such folder; --images names the folder of the pictures$/,
  ],
  [
    `run ${LUMA} --images picture.png --masks data/gt`,
    'data.missing',
    /a file, and no folder; --images names/,
  ],
  [
    `run ${LUMA} --images data/im --masks masks`,
    'data.unpaired',
    /\(images: 000, 001 and 002; ground truths: p_000, p_001 and p_002\); try --mask-prefix "p_"/,
  ],
  [
    `run ${LUMA} --images data/im --masks empty`,
    'data.unpaired',
    /ground truths: none\); names must agree but for the extension, or/,
  ],
  [
    `run ${LUMA} --images empty --masks data/gt/none`,
    'data.missing',
    /no such folder; --masks names the folder of their masks$/,
  ],
  [
    `run ${LUMA} --images empty --masks empty`,
    'data.missing',
    /no image in this folder; looked for .*; check its folders with "maskbench datasets verify"$/,
  ],
  [
    'score --pred masks --gt data/gt',
    'data.unpaired',
    /none of the 3 predictions has the name .*; try --pred-prefix "p_"$/,
  ],
  ['score --pred empty --gt data/gt', 'data.empty', /no prediction in this folder; expected names like/],
  [
    'score --pred picture.png --gt data/gt',
    'data.missing',
    /not a folder; expected the folder of the predictions$/,
  ],
  [
    'run run.yaml --out data',
    'run.exists',
    /the folder holds other files \(gt\); choose an empty or new folder with --out$/,
  ],
  [
    'run run.yaml --out out',
    'run.exists',
    /a run is already there; continue it with --resume, replace it with --overwrite, or/,
  ],
  [
    'run run.yaml --out run.yaml',
    'usage',
    /a file is in the way where a folder should be; choose another folder with --out$/,
  ],
  ['run run.yaml --resume --out out --limit 1', 'run.mismatch', /limit.*; /],
  [
    'report out --out nowhere/report.md',
    'usage',
    /cannot write: there is no such folder; make it first, or name another place$/,
  ],
  ['report out --out data', 'usage', /cannot write: this is a folder; name a file$/],
  [`init data ${LUMA} ${DATA}`, 'usage', /this is a folder; name the file to write$/],
  [
    `init run.yaml ${LUMA} ${DATA}`,
    'usage',
    /there is a file already; name another, or replace it with --force$/,
  ],
];

const NAME = 'name: x\n';
const MODELS = 'models: [./luma.yaml]\n';
const SETS = 'datasets: [./tiny.yaml]\n';
const INPUT = 'input: { width: 64, height: 64 }\n';

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'gate.yaml': 'version: 2\nfloors: [{ metric: iou, atLeast: 0.5 }]\n',
  'old-gate.yaml': 'accuracy: [{ metric: iou, margin: 0.01 }]\n',
  'utf16.yaml': Buffer.from(`\ufeff${NAME}${MODELS}${SETS}`, 'utf16le'),
  'empty.yaml': '',
  'tab.yaml': `${NAME}models:\n\t- ./luma.yaml\n${SETS}`,
  'twice.yaml': `${NAME}${NAME}${MODELS}${SETS}`,
  'open.yaml': `${NAME}models: [./luma.yaml\n${SETS}`,
  'misspelt.yaml': `${NAME}${MODELS}${SETS}devise: cpu\n`,
  'text.yaml': `${NAME}models: ./luma.yaml\n${SETS}`,
  'quoted.yaml': `${NAME}${MODELS}${SETS}limit: "3"\n`,
  'comma.yaml': `${NAME}${MODELS}${SETS}scoring: { threshold: "0,5" }\n`,
  'no-weights.yaml': `name: no-weights\n${INPUT}`,
  'http.yaml': `name: http\nfiles: http://example.org/m.onnx\n${INPUT}`,
  'locked.yaml': configText(['luma'], ['tiny']),
};

let workspace: Workspace;
let before: readonly string[];

beforeAll(async () => {
  workspace = await makeWorkspace({ samples: 3 });
  const { folder, path } = workspace;
  await execute(workspace);
  for (const part of [1, 2] as const)
    await execute(workspace, { shard: [part, 2], out: path('runs', `s${part}`) });
  await execute(workspace, { phases: { time: false, score: false }, out: path('unscored') });
  await cli(['baseline', 'set', 'base', '--run', 'out'], folder);
  await cp(path('out'), path('from', 'a', 'colleague', 'later'), { recursive: true });
  const later = path('from', 'a', 'colleague', 'later', 'manifest.json');
  const manifest = await readFile(later, 'utf8');
  await writeFile(later, manifest.replace('"schemaVersion": 1', '"schemaVersion": 99'));
  await cp(path('data', 'gt'), path('masks'), { recursive: true });
  for (const name of await readdir(path('masks')))
    await rename(path('masks', name), path('masks', `p_${name}`));
  await cp(path('data', 'gt', '000.png'), path('picture.png'));
  await mkdir(path('empty'));
  for (const [name, content] of Object.entries(FILES)) await writeFile(path(name), content);
  await chmod(path('locked.yaml'), 0);
  before = await listing(folder);
});
afterAll(() => workspace.remove());

/** Every file with its size, to see that nothing came, went or grew. */
async function listing(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return `${path} ${entry.isFile() ? (await stat(path)).size : ''}`;
  });
  return (await Promise.all(lines)).sort();
}

/** What a validator, a parser or the system says, and no user should have to read. */
const RAW =
  /ZodError|Invalid input|expected \w+, received|E[A-Z]{4,}\b:|\n\s+at |undefined|\[object|NaN,|This is a bug/;

/** @param argv as in a shell, with "" for a word without a letter. */
async function refused(argv: string, code: ErrorCode, mend: RegExp): Promise<void> {
  const { status, out, err } = await cli(
    argv.split(' ').map((word) => (word === '""' ? '' : word)),
    workspace.folder,
  );
  // How far the plan came is no part of the refusal.
  const told = err
    .replaceAll(workspace.folder, 'W')
    .replaceAll(/^plan .*\n/gm, '')
    .trimEnd();
  expect(told).toMatch(/^maskbench: [^\n]+$/);
  expect(told).toMatch(mend);
  expect({ status, out }).toEqual({ status: EXIT_STATUS[code], out: '' });
  expect(told).not.toMatch(RAW);
  expect(told).not.toMatch(/(W\/\S+?):? .*\1[ :;]/);
  expect(told.length).toBeLessThanOrEqual(320);
  expect(await listing(workspace.folder)).toEqual(before);
}

describe('a wrong input is refused in one line with the mend, and nothing is written', () => {
  it.each(MISSPELT)('misspelt: %s', refused);
  it.each(WRONG_FILE)('the wrong file for the command: %s', refused);
  it.each(WRITTEN_WRONG)('a file with a fault: %s', refused);
  it.each(MISSING)('something is missing: %s', refused);
  it.each(WRONG_VALUE)('a value that cannot be: %s', refused);
  it.each(PLACES)('folders and places: %s', refused);

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'a file that may not be read (skipped for root, who may read everything, and on Windows)',
    async () => {
      await refused(
        'run locked.yaml',
        'data.unreadable',
        /cannot be read: there is no permission to read it/,
      );
    },
  );

  it('is said of every command', () => {
    const commands = [MISSPELT, WRONG_FILE, WRITTEN_WRONG, MISSING, WRONG_VALUE, PLACES]
      .flat()
      .map(([argv]) => argv.split(' ')[0]);
    for (const name of [
      'run',
      'init',
      'score',
      'compare',
      'rank',
      'baseline',
      'check',
      'gate',
      'runs',
      'verify',
      'merge',
    ])
      expect(commands).toContain(name);
    for (const name of ['models', 'datasets', 'report', 'resume', 'completion'])
      expect(commands).toContain(name);
    expect(commands.length).toBeGreaterThanOrEqual(40);
  });
});

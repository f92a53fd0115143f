// The command lines whose output on the stored runs must not change.

/**
 * What a command line leaves: its standard output, or the file or folder that `file` names. `of` is its format
 * (figures.mjs), `like` the stored file that it must equal, where that is none in expected/. The fields `changing` are of
 * the moment.
 *
 * @typedef {{ of: string, file?: string, like?: string, changing?: string[] }} Output
 *
 * @typedef {{ name: string, line: string, outputs: Output[], without?: string[] }} Case `without`: deleted before.
 */

/** @param {string} name @param {string} of @param {string} line @returns {Case} */
const says = (name, of, line) => ({ name, line, outputs: [{ of }] });

/** As `says`, into a file. @param {string} name @param {string} of @param {string} line @returns {Case} */
function writes(name, of, line) {
  const file = `out/${name.replaceAll('/', '-')}.${of}`;
  return { name, line: `${line} --out ${file}`, outputs: [{ of, file }] };
}

const FORMATS = { terminal: 'terminal', markdown: 'md', latex: 'tex', csv: 'csv' };

/** @param {string} name @param {string} runs */
const inFormats = (name, runs) =>
  Object.entries(FORMATS).map(([format, of]) =>
    says(`${name}/report-${format}`, of, `report ${runs} --format ${format}`),
  );

/** @param {string} run @returns {Case[]} */
const reports = (run) => [
  ...inFormats(run, `runs/${run}`),
  says(`${run}/report-intervals`, 'md', `report runs/${run} --format markdown --intervals`),
  {
    name: `${run}/report-json`,
    line: `report runs/${run} --format json`,
    outputs: [{ of: 'json', like: `runs/${run}/summary.json` }],
  },
  says(`${run}/cells`, 'csv', `report runs/${run} --format cells-csv`),
  {
    name: `${run}/parquet`,
    line: `report runs/${run} --format parquet --out out/${run}.parquet`,
    outputs: [{ of: 'parquet', file: `out/${run}.parquet`, like: `expected/${run}/cells.csv` }],
  },
  writes(`${run}/plots`, 'svg', `report runs/${run} --format svg`),
  writes(`${run}/page`, 'html', `report runs/${run} --format html --no-gallery`),
  says(`${run}/by-split`, 'terminal', `report runs/${run} --by split`),
  says(`${run}/by-components`, 'csv', `report runs/${run} --by components --format csv`),
  says(`${run}/by-ipq`, 'json', `report runs/${run} --by ipq --metric dice --format json`),
  says(`${run}/rank`, 'terminal', `rank runs/${run}`),
  says(`${run}/rank-markdown`, 'md', `rank runs/${run} --format markdown`),
  says(`${run}/rank-json`, 'json', `rank runs/${run} --metrics iou,boundary_iou --format json`),
];

/** Before and now, by their common models or by those named. */
const PAIRS = {
  upgrade: { before: 'production', now: 'runs/scenarios', models: '--model-a luma --model-b steep' },
  same: { before: 'runs/merged', now: 'runs/scenarios', models: '' },
  'one-run': { before: 'runs/merged', now: 'runs/merged', models: '--model-a luma --model-b inverse' },
  vendor: { before: 'runs/failed', now: 'runs/failed', models: '--model-a luma --model-b vendor' },
  'other-settings': { before: 'runs/merged', now: 'runs/failed', models: '' },
};

/** As JSON in spite of all differences, and what is said without force. @returns {Case[]} */
const verdicts = Object.entries(PAIRS).flatMap(([name, { before, now, models }]) => {
  const compare = `compare ${before} ${now} ${models}`;
  const check = `check --baseline ${before} --candidate ${now} ${models} --gate gate.yaml`;
  return [
    says(`compare/${name}`, 'terminal', compare),
    says(`compare/${name}-json`, 'json', `${compare} --force --json`),
    says(`check/${name}`, 'text', check),
    {
      name: `check/${name}-json`,
      line: `${check} --force --json --junit out/${name}.xml --markdown out/${name}.md`,
      outputs: [{ of: 'json' }, { of: 'xml', file: `out/${name}.xml` }, { of: 'md', file: `out/${name}.md` }],
    },
  ];
});

/** What is summed up once more. @param {string} folder @param {string} run @param {string[]} changing @returns {Output[]} */
const sums = (folder, run, ...changing) => [
  { of: 'json', file: `${folder}/summary.json`, like: `runs/${run}/summary.json`, changing },
  { of: 'json', file: `${folder}/curves.json`, like: `runs/${run}/curves.json` },
];
/** @param {string} folder @param {string} run @param {string[]} names @returns {Output[]} */
const records = (folder, run, ...names) =>
  names.map((name) => ({ of: 'jsonl', file: `${folder}/${name}.jsonl`, like: `runs/${run}/${name}.jsonl` }));

const RECORDS = ['plan', 'predictions', 'scores', 'truths', 'timings'];
/** @param {string} run */
const resume = (run) => `run ${run}.yaml --out runs/${run} --resume --only score --offline --json`;

/** In this order: the last ones sum the runs up once more, and replace what those before them read. @type {readonly Case[]} */
export const CASES = [
  ...['merged', 'failed', 'scenarios'].flatMap(reports),
  says('merged/by-category', 'md', 'report runs/merged --by category --format markdown'),
  says('merged/by-group', 'json', 'report runs/merged --by group --format json'),
  ...['sod.s', 'matting.mad', 'cutout.halo'].map((metric) =>
    says(
      `failed/by-split-${metric}`,
      'json',
      `report runs/failed --by split --metric ${metric} --format json`,
    ),
  ),
  says('failed/rank-others', 'json', 'rank runs/failed --metrics sod.s,matting.mad,mae --format json'),
  writes('failed/gallery', 'html', 'report runs/failed --format html --gallery 4 --no-embed'),
  ...inFormats('side-by-side', 'runs/merged runs/scenarios'),
  says('side-by-side/report-json', 'json', 'report runs/merged runs/scenarios --format json'),
  says('side-by-side/cells', 'csv', 'report runs/merged runs/failed --format cells-csv'),
  writes('side-by-side/page', 'html', 'report runs/merged runs/scenarios --format html --no-gallery'),
  says('side-by-side/refused', 'text', 'report runs/merged runs/failed'),
  ...verdicts,
  says(
    'compare/upgrade-markdown',
    'md',
    `compare production runs/scenarios ${PAIRS.upgrade.models} --format markdown`,
  ),
  says(
    'compare/some-metrics',
    'json',
    `compare runs/failed runs/failed ${PAIRS.vendor.models} --metrics sod.s,matting.sad,cutout.halo --datasets people --force --json`,
  ),
  writes('compare/page', 'html', 'compare production runs/scenarios --format html --no-gallery'),
  says('check/rollout', 'json', 'check --baseline production --candidate runs/scenarios --json'),
  says('baseline/show', 'text', 'baseline show production'),
  says('baseline/show-json', 'json', 'baseline show production --json'),
  {
    name: 'baseline/set',
    line: 'baseline set again --run runs/merged --models luma,soft',
    outputs: [
      { of: 'json', file: 'baselines/again/baseline.json', like: 'baselines/production/baseline.json' },
      { of: 'jsonl', file: 'baselines/again/scores.jsonl', like: 'baselines/production/scores.jsonl' },
    ],
  },
  says('baseline/not-whole', 'text', 'baseline set failed --run runs/failed'),
  says(
    'score/masks',
    'json',
    'score --pred masks/people/validation --gt data/people/validation/gt --images data/people/validation/im --protocol fixed,sod,matting,cutout --json',
  ),
  {
    name: 'merge',
    line: 'merge runs/merged-2 runs/merged-1 --out runs/merged-again',
    outputs: [
      { of: 'terminal', like: 'expected/merged/report-terminal.terminal' },
      ...sums('runs/merged-again', 'merged', 'createdAt'),
      ...records('runs/merged-again', 'merged', ...RECORDS),
    ],
  },
  ...['failed', 'scenarios'].map((run) => ({
    name: `resume/${run}`,
    line: resume(run),
    outputs: [
      { of: 'json', like: `runs/${run}/summary.json` },
      ...sums(`runs/${run}`, run),
      ...records(`runs/${run}`, run, ...RECORDS),
    ],
  })),
  {
    name: 'resume/score-again',
    without: ['runs/failed/scores.jsonl', 'runs/failed/truths.jsonl', 'runs/failed/summary.json'],
    line: resume('failed'),
    outputs: [...sums('runs/failed', 'failed'), ...records('runs/failed', 'failed', 'scores', 'truths')],
  },
];

// What asking a program costs by itself: the round trip of a question and its answer, of programs whose matte lies ready (nothing is decoded,
// computed or written). The bar is 3 ms an image.
//
//   node bench/program.mjs [--images 500]
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentOf } from '../dist/runners/command/environment.js';
import { startProgram } from '../dist/runners/command/program.js';
import { commandModelSchema } from '../dist/runners/command/spec.js';
import { plainTable } from '../dist/reports/formats/plain-table.js';
import { quantiles } from '../dist/stats/quantile.js';

const BAR_MS = 3;
const { values: options } = parseArgs({ options: { images: { type: 'string', default: '500' } } });
const images = Number(options.images);
const folder = await mkdtemp(join(tmpdir(), 'maskbench-bench-program-'));

const NODE_ECHO = `
const { createInterface } = require('node:readline');
console.log(JSON.stringify({ maskbench: 1, version: 'echo' }));
createInterface({ input: process.stdin }).on('line', (line) => {
  console.log(JSON.stringify({ id: JSON.parse(line).id, ok: true }));
});`;
const PYTHON_ECHO = `
import json, sys
print(json.dumps({"maskbench": 1, "version": "echo"}), flush=True)
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "ok": True}), flush=True)
`;
await writeFile(join(folder, 'echo.cjs'), NODE_ECHO);
await writeFile(join(folder, 'echo.py'), PYTHON_ECHO);

const echoes = [
  { name: 'Node.js, started once', run: [process.execPath, 'echo.cjs'], bar: BAR_MS },
  ...(hasPython() ? [{ name: 'Python, started once', run: ['python3', 'echo.py'], bar: BAR_MS }] : []),
  // No bar: the start of a process is what such a program costs anywhere.
  { name: 'sh, started for every image', run: ['sh', '-c', ': {image} {matte}'], bar: null },
];
let holds = true;
const rows = [];
for (const { name, run, bar } of echoes) {
  const { command } = commandModelSchema.parse({ name: 'echo', feeding: 'command', command: { run } });
  const environment = environmentOf(command, process.env);
  const { signal } = new AbortController();
  const program = await startProgram({ command, folder, environment, copy: 0, signal });
  const ms = [];
  for (let i = 0; i < images + 20; i++) {
    const asked = await program.ask(join(folder, 'picture.jpg'));
    if (i >= 20) ms.push(asked.ms);
  }
  await program.stop();
  const mean = ms.reduce((sum, value) => sum + value, 0) / ms.length;
  const [p50, p95] = quantiles(ms, [0.5, 0.95]);
  holds &&= bar === null || mean <= bar;
  rows.push([name, mean, p50, p95].map((value) => (typeof value === 'string' ? value : value.toFixed(3))));
}
await rm(folder, { recursive: true, force: true });
console.log(plainTable(['program', 'mean ms', 'p50', 'p95'], rows));
console.log(holds ? `at most ${BAR_MS} ms an image` : `more than ${BAR_MS} ms an image`);
process.exitCode = holds ? 0 : 1;

function hasPython() {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

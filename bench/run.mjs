// Runs the benchmarks named on the command line (`npm run bench -- metrics`), or the default ones, one after another,
// each in a process of its own so that none inherits another's heap or compiled code.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

// By name alone: metrics-memory (a quarter of an hour), and what else has a file of its own here.
const DEFAULT = ['metrics', 'predict'];

/** @param {string} name */
const fileOf = (name) => join(import.meta.dirname, `${basename(name, '.mjs')}.mjs`);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !existsSync(fileOf(name)));
if (unknown.length > 0) {
  console.error(`no benchmark named ${unknown.join(', ')} in bench/`);
  process.exit(64);
}

for (const name of asked.length > 0 ? asked : DEFAULT.filter((n) => existsSync(fileOf(n)))) {
  console.log(`\n=== ${name}`);
  /** @type {number | null} */
  const status = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileOf(name)], { stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (status !== 0) process.exitCode = 1;
}

#!/usr/bin/env node
// Stands in for nvidia-smi: answers any query for columns from recordings (test/fixtures/devices), refuses a column that a
// recording does not have by its name as the tool does, and goes on telling with -lms. Beside it in its folder, read for every answer:
//
//   answer.csv     the state of the cards, a header first; the timestamp is that of the moment
//   processes.csv  the answer to --query-compute-apps; without the file an empty list, as containers get
//   list.txt, table.txt   the answers to -L and to no argument at all
//   lost.txt       every answer as soon as it is there, with a failure: the card is lost
//   faults.json    { "silentAfter": n }: no further row after n of them, the process lives on; { "failsAfter": n }: it ends
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Answers `--query-gpu` from a recording with a header.
 *
 * @param {string} recording
 * @param {readonly string[]} columns
 * @param {string | undefined} card index or uuid of the one that is asked for
 * @returns {{ readonly text: string, readonly status: number }}
 */
export function answerQuery(recording, columns, card) {
  const [header, ...rows] = recording
    .trim()
    .split('\n')
    .map((line) => line.split(', '));
  const unknown = columns.find((column) => column !== 'timestamp' && !header.includes(column));
  if (unknown !== undefined) {
    return { text: `Field "${unknown}" is not a valid field to query.\n`, status: 2 };
  }
  /** @param {readonly string[]} row */
  const field = (row, /** @type {string} */ column) =>
    column === 'timestamp' ? timestamp(new Date()) : row[header.indexOf(column)];
  const asked = rows.filter(
    (row) => card === undefined || field(row, 'index') === card || field(row, 'uuid') === card,
  );
  return {
    text: asked.map((row) => `${columns.map((column) => field(row, column)).join(', ')}\n`).join(''),
    status: 0,
  };
}

/** @param {Date} now */
function timestamp(now) {
  /** @param {number} value */
  const two = (value) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  return `${day} ${time}.${String(now.getMilliseconds()).padStart(3, '0')}`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const here = dirname(process.argv[1]);
  /** @param {string} name */
  const read = (name) => (existsSync(join(here, name)) ? readFileSync(join(here, name), 'utf8') : '');
  const endIfLost = () => {
    const lost = read('lost.txt');
    if (lost === '') return;
    process.stdout.write(lost);
    process.exit(15);
  };
  endIfLost();
  const args = process.argv.slice(2);
  const columns = args
    .find((arg) => arg.startsWith('--query-gpu='))
    ?.slice('--query-gpu='.length)
    .split(',');
  const every = args.includes('-lms') ? Number(args[args.indexOf('-lms') + 1]) : undefined;
  const card = args.includes('-i') ? args[args.indexOf('-i') + 1] : undefined;
  let told = 0;
  const tell = () => {
    endIfLost();
    const { silentAfter = Infinity, failsAfter = Infinity } = JSON.parse(read('faults.json') || '{}');
    if (told >= failsAfter) process.exit(15);
    if (told++ >= silentAfter) return;
    const { text, status } = answerQuery(read('answer.csv'), columns ?? [], card);
    process.stdout.write(text);
    if (status !== 0) process.exit(status);
  };
  if (columns === undefined) {
    const name = args.includes('-L') ? 'list.txt' : args.length === 0 ? 'table.txt' : 'processes.csv';
    process.stdout.write(read(name));
  } else if (every === undefined) {
    const { text, status } = answerQuery(read('answer.csv'), columns, card);
    process.stdout.write(text);
    process.exitCode = status;
  } else {
    tell();
    setInterval(tell, every);
  }
}

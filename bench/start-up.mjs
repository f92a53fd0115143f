// Processor time (user and system) of the commands that do next to nothing, the least of ten processes each, beside a bare
// `node -e 0`: what is left is what loading Maskbench costs.
//
//   npm run build && node bench/start-up.mjs
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', 'dist', 'cli', 'main.js');
const TIMES = 10;

/** @type {readonly (readonly [name: string, argv: readonly string[], mostSeconds?: number])[]} */
const COMMANDS = [
  ['node -e 0', ['-e', '0']],
  ['maskbench --help', [MAIN, '--help'], 0.15],
  ['maskbench models list', [MAIN, 'models', 'list'], 0.4],
];

/** Seconds of processor time that a process and its own took. @param {readonly string[]} argv */
function secondsOf(argv) {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bash', process.execPath, ...argv],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr);
  const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return user + system;
}

let bare = 0;
for (const [name, argv, most] of COMMANDS) {
  const least = Math.min(...Array.from({ length: TIMES }, () => secondsOf(argv)));
  if (most === undefined) bare = least;
  const verdict =
    most === undefined
      ? ''
      : `, ${(least / bare).toFixed(1)} x the bare process; bar ${most} s: ${least < most ? 'kept' : 'MISSED'}`;
  console.log(`${name.padEnd(24)} ${least.toFixed(3)} s${verdict}`);
  if (most !== undefined && least >= most) process.exitCode = 1;
}

import { readFile } from 'node:fs/promises';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { contextOf } from '../../src/cli/context.js';
import { cli, IS_BUILT } from '../support/cli.js';
import { useTempFolders } from '../support/temp-folder.js';

const context = contextOf({
  out: () => undefined,
  err: () => undefined,
  outIsTerminal: false,
  interactive: false,
  cwd: process.cwd(),
  env: {},
  signal: new AbortController().signal,
});

/** Commands that do something, by their words; groups only have others. */
function leaves(command: CommandUnknownOpts, before = ''): readonly [name: string, CommandUnknownOpts][] {
  const name = `${before}${command.name()}`;
  return command.commands.length === 0
    ? [[name, command]]
    : command.commands.flatMap((part) => leaves(part, `${name} `));
}

// What a shell reads is no result.
const defined = await Promise.all(COMMANDS.map(async ({ load }) => (await load())(context, () => undefined)));
const all = defined.flatMap((command) => leaves(command)).filter(([name]) => name !== 'completion');

describe('every command of the registry', () => {
  it('is defined under the name that it is listed by', () => {
    expect(defined.map((command) => command.name())).toEqual(COMMANDS.map(({ name }) => name));
  });

  it.each(all)('%s prints its result with --json', (_, command) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  it.each(all.map(([name]) => name))('%s has what it prints in the documentation', async (name) => {
    const text = await readFile('docs/report-formats.md', 'utf8');
    const table = text.slice(text.indexOf('| `--json` prints'));
    const [first, last = ''] = name.split(' ');
    const row = table.split('\n').find((line) => {
      const [, commands = ''] = line.split('|');
      return (
        commands.includes(`\`${name}\``) ||
        (commands.includes(`\`${first} `) && commands.includes(`\`${last}\``))
      );
    });
    expect(row).toBeDefined();
  });
});

describe.skipIf(!IS_BUILT)('what --json prints', () => {
  const folder = useTempFolders();

  it.each([
    ['models', 'list'],
    ['datasets', 'list'],
    ['baseline', 'list'],
    ['devices'],
    ...(process.platform === 'linux' && process.arch === 'x64' ? [['gpu', 'status']] : []),
    ['runs', 'gc', '.'],
    ['models', 'verify', 'contrast-baseline'],
    ['models', 'pull', 'contrast-baseline'],
    ['gate', 'migrate', `${process.cwd()}/configs/gates/rollout.yaml`],
    ['check', '--self-test'],
  ])('is one JSON document: %s %s', async (...argv) => {
    const { status, out } = await cli([...argv, '--json'], await folder());
    expect(status).toBe(0);
    expect(JSON.parse(out)).toBeTypeOf('object');
  });
});

import { expect, it } from 'vitest';
import { contextOf } from '../../src/cli/context.js';

function shown(
  text: string,
  { outIsTerminal = true, env = {} }: { outIsTerminal?: boolean; env?: NodeJS.ProcessEnv } = {},
): string {
  let out = '';
  const { signal } = new AbortController();
  const nothing = (): void => undefined;
  contextOf({
    out: (said) => (out += said),
    err: nothing,
    outIsTerminal,
    env,
    cwd: '/',
    interactive: false,
    signal,
  }).out(text);
  return out;
}

const TEXT =
  'PASS  a\nFAIL  b\nINCONCLUSIVE c\nEvidence: sealed (1)\nEvidence of x: unfinished (2)\n* unsealed on y\nPASSED and FAIL\n';

it('has verdicts and seals in colours on a terminal', () => {
  const text = shown(TEXT);
  expect(text).toContain('\u001b[32mPASS\u001b[39m  a');
  expect(text).toContain('\u001b[31mFAIL\u001b[39m  b');
  expect(text).toContain('\u001b[33mINCONCLUSIVE\u001b[39m c');
  expect(text).toContain('Evidence: \u001b[32msealed\u001b[39m (1)');
  expect(text).toContain('Evidence of x: \u001b[33munfinished\u001b[39m (2)');
  expect(text).toContain('\u001b[33m* unsealed\u001b[39m on y');
  expect(text).toContain('\nPASSED and FAIL\n');
});

it.each([{ outIsTerminal: false }, { env: { NO_COLOR: '1' } }, { env: { TERM: 'dumb' } }])(
  'has none with %j',
  (where) => {
    expect(shown(TEXT, where)).toBe(TEXT);
  },
);

it('makes an escape in a name visible before it adds its own', () => {
  expect(shown('PASS \u001b[31mname')).toBe('\u001b[32mPASS\u001b[39m \\u001b[31mname');
});

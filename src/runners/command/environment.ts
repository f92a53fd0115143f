import { MaskbenchError } from '../../core/errors.js';
import { hideSecrets } from '../../core/secrets.js';
import type { Command } from './spec.js';

/** What a program gets of Maskbench's own environment: what finds programs, libraries, a home, a language, a place for files. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|DYLD_.*|VIRTUAL_ENV|CONDA_PREFIX|CUDA_HOME|CUDA_PATH|XDG_.*|SYSTEMROOT|PATHEXT|COMSPEC|APPDATA|LOCALAPPDATA|USERPROFILE)$/i;

/** A program's environment, and what must be in no text that it leaves behind. */
export interface ProgramEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** With every secret in it made unreadable. */
  redact(text: string): string;
}

/**
 * @param from Maskbench's own
 * @throws MaskbenchError `usage` for a secret that is not in it.
 */
export function environmentOf(
  { env, secretEnv }: Pick<Command, 'env' | 'secretEnv'>,
  from: NodeJS.ProcessEnv,
): ProgramEnvironment {
  const passed = Object.entries(from).filter(([name]) => PASSED.test(name));
  const secrets = secretEnv.map((name): [string, string] => {
    const value = from[name];
    if (value !== undefined && value !== '') return [name, value];
    throw new MaskbenchError('usage', `the variable ${name} is not set`, {
      remedy: 'secretEnv names variables that a program gets from your environment',
    });
  });
  return {
    variables: Object.fromEntries([
      ...passed.map(([name, value]) => [name, value ?? '']),
      ...Object.entries(env),
      ...secrets,
    ]) as Record<string, string>,
    redact: hideSecrets(secrets),
  };
}

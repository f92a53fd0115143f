import { resolve } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { MaskbenchError } from '../core/errors.js';
import { holdsLogin, namesSecretVariable } from '../core/secrets.js';
import type { Variable, Volume } from '../pipeline/distributed/submit/submission.js';
import { TELLS_SHARDS } from '../pipeline/distributed/which-shard.js';
import type { CliContext } from './context.js';

/** `claim:/where` or `claim:/where:ro`. */
export function volume(text: string): Volume {
  const [, source, path, readOnly] = /^([^:]+):(\/[^:]*)(:ro)?$/.exec(text) ?? [];
  if (source === undefined || path === undefined)
    throw new InvalidArgumentError('expected source:/path, or source:/path:ro.');
  return { source, path: resolve(path), isReadOnly: readOnly !== undefined };
}

/**
 * Each `NAME`, with what it holds here, or `NAME=value`. What one holds is in no error: it may be a secret.
 *
 * @throws MaskbenchError `usage`
 */
export function variablesOf(texts: readonly string[], env: CliContext['env']): readonly Variable[] {
  const refuse = (message: string, remedy: string): MaskbenchError =>
    new MaskbenchError('usage', message, { remedy });
  const variables = new Map<string, string>();
  for (const text of texts) {
    const [, name, told] = /^([A-Za-z_]\w*)(?:=(.*))?$/s.exec(text) ?? [];
    if (name === undefined) throw refuse('--env takes a variable', 'expected --env NAME or --env NAME=value');
    const value = told ?? env[name];
    if (namesSecretVariable(name) || (value !== undefined && holdsLogin(value)))
      throw refuse(
        `${name} is called as a secret is, or holds a login, and a manifest would show it`,
        'give the engine a --role, or (Kubernetes) the name of a Secret: --secret',
      );
    if (TELLS_SHARDS.test(name))
      throw refuse(`${name} says which shard a task has`, 'leave it to the engine');
    if (value === undefined)
      throw refuse(`${name} is not set here`, `set it, or say what it is to be: --env ${name}=value`);
    if (variables.has(name)) throw refuse(`${name} is given twice`, 'leave out one of them');
    variables.set(name, value);
  }
  return [...variables].map(([name, value]) => ({ name, value }));
}

/** @throws MaskbenchError `usage` where none is named. */
export function imageOf(image: string | undefined): string {
  if (image !== undefined) return image;
  throw new MaskbenchError('usage', 'no image is named that is to be started', {
    remedy: 'name it with --image: one that the Dockerfile of Maskbench makes, of the version that planned',
  });
}

/** @throws MaskbenchError `usage` where two are in one place, or a folder that is written into is on none that can be written to. */
export function reaching(volumes: readonly Volume[], folders: readonly string[]): readonly Volume[] {
  // What is mounted deeper covers what is mounted above it.
  const deepest = [...volumes].sort((a, b) => b.path.length - a.path.length);
  const twice = deepest.find(({ path }, i) => path === deepest[i + 1]?.path);
  if (twice !== undefined)
    throw new MaskbenchError('usage', 'two volumes are mounted in one place', {
      where: twice.path,
      remedy: 'leave out one of them',
    });
  for (const folder of folders) {
    const of = deepest.find(({ path }) => `${folder}/`.startsWith(path === '/' ? path : `${path}/`));
    if (of?.isReadOnly === false) continue;
    throw new MaskbenchError('usage', 'it is on no volume that can be written to', {
      where: folder,
      remedy: 'mount what it lies on with --volume, there as here: shared:/mnt/shared',
    });
  }
  return volumes;
}

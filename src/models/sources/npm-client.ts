import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../../core/errors.js';
import { runClient, type ClientAnswer } from './run-client.js';

interface PackRequest {
  readonly package: string;
  readonly version: string;
  /** An empty folder of ours: the tarball's place, and a working directory without a project's settings. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

/** Settings that an outer `npm run` hands down and that would keep `npm pack` from fetching this one package. */
const FOREIGN_SETTINGS = /^npm_config_(dry_run|workspaces?|include_workspace_root|global|location)$/i;

/**
 * Fetches a package's tarball through the user's npm client, so that their registry, proxy, login and certificates
 * are respected; returns its path. No script of the package runs.
 */
export async function packTarball(request: PackRequest): Promise<string> {
  const spec = `${request.package}@${request.version}`;
  // npm looks for a project from the working directory upwards; this makes it stop here.
  await writeFile(join(request.folder, 'package.json'), '{"private":true}\n');
  const { status, output } = await runNpm(request, spec);
  if (status !== 0) throw npmError(spec, output);
  const tarball = (await readdir(request.folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw npmError(spec, 'npm pack succeeded, but left no tarball');
  return join(request.folder, tarball);
}

function runNpm({ folder, env, signal }: PackRequest, spec: string): Promise<ClientAnswer> {
  return runClient({
    command: 'npm',
    args: ['pack', spec, '--json', '--ignore-scripts', '--pack-destination', '.'],
    cwd: folder,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_SETTINGS.test(name))),
    signal,
    where: `npm:${spec}`,
    remedy: 'install the npm client, or make it reachable through PATH',
  });
}

function npmError(spec: string, output: string): MaskbenchError {
  const code = /npm (?:ERR!|error) code (\w+)/.exec(output)?.[1] ?? /"code": "(\w+)"/.exec(output)?.[1];
  const summary = /"summary": "((?:[^"\\]|\\.)*)"/.exec(output)?.[1]?.split('\\n')[0];
  const lastLine = output.trim().split('\n').at(-1) ?? '';
  const said = summary ?? (lastLine === '' ? 'no reason given' : lastLine);
  const where = `npm:${spec}`;
  const message = `npm could not fetch the package${code === undefined ? '' : ` (${code})`}: ${said}`;
  if (code === 'E401' || code === 'E403' || code === 'ENEEDAUTH') {
    return new MaskbenchError('source.forbidden', message, {
      where,
      remedy: 'log in to your registry: npm login',
    });
  }
  if (code === 'ENOSPC') {
    return new MaskbenchError('disk.full', message, { where, remedy: "make room for npm's own cache" });
  }
  if (code === 'EINTEGRITY') {
    return new MaskbenchError('source.checksum', message, { where, remedy: 'try: npm cache verify' });
  }
  const again = /^(ETIMEDOUT|ECONN\w+|EAI_AGAIN|ENOTFOUND|ERR_SOCKET_TIMEOUT|E429|E5\d\d)$/.test(code ?? '');
  return new MaskbenchError(again ? 'source.transient' : 'source.unreachable', message, {
    where,
    remedy: 'check the connection, and the registry and proxy in your npm settings',
  });
}

import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaskbenchError } from '../../../core/errors.js';
import { runClient } from '../../../models/sources/run-client.js';
import { type PinnedWheel, wheelName } from './pins.js';

interface DownloadRequest {
  readonly wheel: PinnedWheel;
  /** A folder of ours on the disk where the wheel goes, removed by the caller. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** Told how much is there, now and then. */
  readonly onBytes: (bytes: number) => void;
}

const POLL_MS = 500;
const PYTHON = 'python3';
const NO_PIP =
  'install it (Debian and Ubuntu: "apt-get install python3-pip"), or bring the cache folder from a machine that has it';

/**
 * Fetches one wheel through the user's pip, so that their index, proxy, login and certificates are respected, and checks its
 * hash; nothing is installed, and no Python runs it. The wheel is named by its tags, whichever Python is here.
 *
 * @returns its path in the folder.
 * @throws MaskbenchError `source.*`, `disk.full`, `cancelled`.
 */
export async function downloadWheel(request: DownloadRequest): Promise<string> {
  const { wheel, folder, env, signal, onBytes } = request;
  const { name, version, abi, platform } = wheelName(wheel.file);
  const where = `pip:${name}==${version}`;
  const [temporary, target] = [join(folder, 'tmp'), join(folder, 'wheel')];
  for (const one of [temporary, target]) await mkdir(one, { recursive: true });
  const requirements = join(folder, 'requirements.txt');
  await writeFile(requirements, `${name}==${version} --hash=sha256:${wheel.sha256}\n`);
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  args.push('--requirement', requirements, '--dest', target);
  // A Python that all of them are for, whichever is here.
  args.push('--implementation', 'cp', '--python-version', '3.12', '--abi', abi, '--platform', platform);
  // What is kept is kept by us, once.
  args.push('--no-cache-dir', '--no-input', '--progress-bar', 'off', '--disable-pip-version-check');
  const watch = setInterval(() => void bytesIn(temporary).then(onBytes), POLL_MS);
  try {
    const { status, output } = await runClient({
      command: PYTHON,
      args,
      cwd: folder,
      // Nothing is installed, so that no environment of Python's is needed.
      env: { ...env, TMPDIR: temporary, PIP_REQUIRE_VIRTUALENV: 'false' },
      signal,
      where,
      remedy: `it is fetched by Python's pip: ${NO_PIP}`,
    });
    if (status !== 0) throw pipError(where, output);
  } finally {
    clearInterval(watch);
  }
  const [found] = await readdir(target);
  if (found === undefined) throw pipError(where, 'pip succeeded, but left no wheel');
  await rename(join(target, found), join(folder, wheel.file));
  return join(folder, wheel.file);
}

async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  for (const entry of entries) {
    const found = await stat(join(folder, entry)).catch(() => undefined);
    if (found?.isFile() === true) sum += found.size;
  }
  return sum;
}

/** What pip says, and what it means. The first that fits counts. */
const TROUBLES: readonly {
  readonly said: RegExp;
  readonly code:
    'source.unreachable' | 'source.forbidden' | 'source.checksum' | 'source.transient' | 'disk.full';
  readonly message: string;
  readonly remedy: string;
}[] = [
  {
    said: /No module named pip/,
    code: 'source.unreachable',
    message: "Python's pip is not there",
    remedy: NO_PIP,
  },
  {
    said: /no such option|invalid .*option/i,
    code: 'source.unreachable',
    message: "Python's pip is too old",
    remedy: 'version 20.3 or newer is needed: "python3 -m pip --version"',
  },
  {
    said: /DO NOT MATCH THE HASHES/,
    code: 'source.checksum',
    message: 'the index gave other bytes than those that were tested here',
    remedy: 'ask whoever keeps the index ("pip config list")',
  },
  {
    said: /No space left on device/,
    code: 'disk.full',
    message: 'no space left for the wheel',
    remedy: 'make room there, or set MASKBENCH_CACHE to a folder on a larger disk',
  },
  {
    said: /\b(401|403)\b.*(Client Error|Unauthorized|Forbidden)/i,
    code: 'source.forbidden',
    message: 'the index asks for a login',
    remedy: 'check the index in your pip settings: "pip config list"',
  },
  {
    said: /Retrying \(|Max retries|timed out|Connection (reset|aborted|refused)|Temporary failure in name/i,
    code: 'source.transient',
    message: 'the index cannot be reached',
    remedy: 'check the connection, and the index and proxy in your pip settings: "pip config list"',
  },
  {
    said: /No matching distribution/,
    code: 'source.unreachable',
    message: 'the index does not have it',
    remedy: 'check the index in your pip settings ("pip config list"); an own mirror must hold this version',
  },
];

function pipError(where: string, output: string): MaskbenchError {
  const known = TROUBLES.find(({ said }) => said.test(output));
  if (known !== undefined)
    return new MaskbenchError(known.code, known.message, { where, remedy: known.remedy });
  const last = output.trim().split('\n').at(-1) ?? '';
  return new MaskbenchError(
    'source.unreachable',
    `pip could not fetch it: ${last === '' ? 'no reason given' : last}`,
    {
      where,
      remedy: 'check the index and proxy in your pip settings: "pip config list"',
    },
  );
}

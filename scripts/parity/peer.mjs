// rembg in virtual environments: the version of the post's time, and the newest when this was written.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HERE = import.meta.dirname;

export const peerScript = join(HERE, 'rembg-peer.py');

/** Folder of the environments; MASKBENCH_PARITY_VENVS names another one. */
export const VENVS = process.env.MASKBENCH_PARITY_VENVS ?? join(tmpdir(), 'maskbench-parity');

/** @param {string} name */
export const pythonOf = (name) => join(VENVS, name, 'bin', 'python');

/** @param {string} name */
export const isInstalled = (name) => existsSync(pythonOf(name));

/**
 * Makes an environment and installs its pinned packages with pip, as the user's settings say.
 *
 * @param {string} name
 */
export async function install(name) {
  await run('python3', ['-m', 'venv', join(VENVS, name)]);
  await run(pythonOf(name), ['-m', 'pip', 'install', '-r', join(HERE, `requirements-${name}.txt`)]);
}

/**
 * Runs rembg over a job (see rembg-peer.py).
 *
 * @param {string} name
 * @param {object} job
 * @param {number} [threads]
 * @returns {Promise<{ lines: { error?: string }[], versions: Record<string, string | null> }>}
 */
export async function runPeer(name, job, threads = 1) {
  const { stdout } = await run(pythonOf(name), [peerScript], JSON.stringify(job), {
    OMP_NUM_THREADS: String(threads),
  });
  const lines = stdout.trim().split('\n');
  const last = lines.pop() ?? '';
  /** @type {{ versions: Record<string, string | null> }} */
  const { versions } = JSON.parse(last);
  return { lines: lines.map((line) => JSON.parse(line)), versions };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [input]
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ stdout: string }>}
 */
function run(command, args, input = '', env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve({ stdout }) : reject(new Error(`${command} ended with status ${status}`)),
    );
    child.stdin.end(input);
  });
}

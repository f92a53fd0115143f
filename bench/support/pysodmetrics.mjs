import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(import.meta.dirname, '../peers/pysodmetrics.py');
const run = promisify(execFile);

/** One thread, and the processor's own kernels: some machines' environments pin numpy's BLAS to old ones. */
function environment() {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...rest } = process.env;
  const oneThread = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS'];
  return { ...rest, ...Object.fromEntries(oneThread.map((name) => [name, '1'])) };
}

/**
 * Times PySODMetrics on pairs of PNG files.
 *
 * @typedef {{ versions: string, milliseconds: Record<string, number>[] }} PeerTimes per pair, per step
 * @param {readonly { prediction: string, truth: string }[]} pairs
 * @returns {Promise<PeerTimes | { absent: string }>}
 */
export async function timePySodMetrics(pairs) {
  const python = process.env.MASKBENCH_PEER_PYTHON ?? 'python3';
  const files = pairs.flatMap(({ prediction, truth }) => [prediction, truth]);
  try {
    const { stdout } = await run(python, [SCRIPT, ...files], {
      env: environment(),
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const { stderr, message } = /** @type {Error & { stderr?: string }} */ (error);
    const lines = (stderr || message).trim().split('\n');
    return { absent: lines[lines.length - 1] };
  }
}

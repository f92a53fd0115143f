import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/core/package-root.js';

const RECORDED = join(PACKAGE_ROOT, 'test', 'fixtures', 'devices');

/**
 * Makes this machine look like one with an NVIDIA card: a folder whose `nvidia-smi` plays a recorded answer back, also
 * once a second where it is asked to go on telling, and says nothing of processes. Needs a POSIX shell.
 *
 * @returns the environment that child processes need to find it.
 */
export async function simulateNvidiaHost(
  folder: string,
  recording: string,
): Promise<Readonly<Record<string, string>>> {
  await mkdir(folder, { recursive: true });
  await copyFile(join(RECORDED, recording), join(folder, 'answer.csv'));
  const script = `#!/bin/sh
here=$(dirname "$0")
case "$*" in
  *--query-compute-apps*) exit 0 ;;
  *-lms*) while :; do cat "$here/answer.csv"; sleep 0.2; done ;;
  *) cat "$here/answer.csv" ;;
esac
`;
  await writeFile(join(folder, 'nvidia-smi'), script);
  await chmod(join(folder, 'nvidia-smi'), 0o755);
  return { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
}

import { spawn } from 'node:child_process';
import { throwIfCancelled } from '../../core/cancelled.js';
import { MaskbenchError } from '../../core/errors.js';

interface ClientRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
  /** What is being fetched, and how the client comes to this machine; for the message where it is not there. */
  readonly where: string;
  readonly remedy: string;
}

/** How a client ended, with the last 64 KiB of what it said. */
export interface ClientAnswer {
  readonly status: number | null;
  readonly output: string;
}

/**
 * Runs the user's own client of a package registry, with their settings.
 *
 * @throws MaskbenchError `source.unreachable` where there is no such program, or `cancelled`.
 */
export async function runClient(request: ClientRequest): Promise<ClientAnswer> {
  const { command, args, cwd, env, signal, where, remedy } = request;
  throwIfCancelled(signal);
  const answer = await new Promise<ClientAnswer>((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // On Windows npm is a command file, which only a shell starts; the schema keeps the arguments harmless.
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-65_536);
      });
    }
    const stop = (): void => void child.kill();
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', (cause) => {
      const message = `${command} cannot be started: ${cause.message}`;
      reject(new MaskbenchError('source.unreachable', message, { where, remedy, cause }));
    });
    child.once('close', (status) => {
      signal?.removeEventListener('abort', stop);
      resolve({ status, output });
    });
  });
  throwIfCancelled(signal);
  return answer;
}

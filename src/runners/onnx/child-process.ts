import { fork } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { compiledEntry } from '../../core/package-root.js';
import { systemRefusal, type Failure } from '../../core/failure.js';
import { engineEnvironment } from './engine/engine.js';
import { explainAbort } from './gpu/explain-failure.js';
import type { FromChild, ToChild } from './child/messages.js';

/** How a child ended: by itself after all was said, or else why. */
export type ChildExit = { readonly kind: 'ended' } | { readonly kind: 'crashed'; readonly failure: Failure };

export interface Child {
  /** Undefined where the process did not start. */
  readonly pid?: number | undefined;
  send(message: ToChild): void;
  /** Ends the process; `exit` then resolves with `ended`. */
  stop(): void;
  readonly exit: Promise<ChildExit>;
  /** What the process printed on stderr so far, its last 16 KiB. */
  stderrTail(): string;
}

const STDERR_KEPT = 16_384;

/**
 * Starts one of the entries in `child/`, or the file of an absolute path, and passes on what it says. It ends by itself when
 * this process dies.
 *
 * @param poolThreads in which Node.js reads files, and sharp decodes and compresses; by default 4
 */
export function startChild(
  entry: string,
  onMessage: (message: FromChild) => void,
  onStderr: (text: string) => void = () => undefined,
  poolThreads?: number,
): Child {
  const file = isAbsolute(entry) ? entry : compiledEntry(new URL(`./child/${entry}.js`, import.meta.url));
  const forked = fork(file, {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    // cuda:N is then the Nth card of nvidia-smi that is visible, whatever order the user set; CUDA itself would put the fastest first.
    env: {
      ...process.env,
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      ...(poolThreads === undefined ? {} : { UV_THREADPOOL_SIZE: String(poolThreads) }),
      ...engineEnvironment(),
    },
  });
  let tail = '';
  let stopping = false;
  forked.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-STDERR_KEPT);
    onStderr(text);
  });
  forked.on('message', onMessage);
  const exit = new Promise<ChildExit>((resolve) => {
    forked.once('error', (error) => resolve(crashed(`cannot start: ${error.message}`, systemRefusal(error))));
    forked.once('close', (code, signal) =>
      resolve(
        stopping || (code === 0 && signal === null) ? { kind: 'ended' } : explainExit(code, signal, tail),
      ),
    );
  });
  return {
    pid: forked.pid,
    send: (message) => void (forked.connected && forked.send(message)),
    stop: () => {
      stopping = true;
      forked.kill('SIGKILL');
    },
    exit,
    stderrTail: () => tail,
  };
}

function explainExit(code: number | null, signal: NodeJS.Signals | null, stderr: string): ChildExit {
  const lastWords = stderr.trim().split('\n').at(-1)?.slice(0, 300);
  const said = lastWords === undefined || lastWords === '' ? '' : `; it last said: ${lastWords}`;
  const known = explainAbort(stderr);
  if (known !== undefined) return { kind: 'crashed', failure: known };
  if (signal === 'SIGKILL') {
    return crashed(
      `the inference process was killed (SIGKILL), as the system does when memory runs out${said}`,
      'runner.out-of-memory',
    );
  }
  return crashed(`the inference process ended by ${signal ?? `exit status ${code}`}${said}`);
}

function crashed(message: string, code: Failure['code'] = 'runner.crashed'): ChildExit {
  return { kind: 'crashed', failure: { code, message } };
}

import { execFile } from 'node:child_process';
import { MaskbenchError } from './errors.js';

/** A file as a revision of a git repository has it: `origin/main:gates/mine.yaml`. */
export interface GitFile {
  readonly revision: string;
  /** From the root of the repository; from the working directory with `./` before it. */
  readonly path: string;
}

/**
 * A reference of the form `<revision>:<path>`; undefined for anything else.
 *
 * @throws MaskbenchError `usage` for a revision that git would take for an option.
 */
export function parseGitFile(reference: string): GitFile | undefined {
  const [, revision, path] = /^([^:]+):([^]+)$/.exec(reference) ?? [];
  if (revision === undefined || path === undefined || /^[A-Za-z]:[\\/]/.test(reference)) return undefined;
  if (revision.startsWith('-')) {
    throw new MaskbenchError('usage', `"${revision}" is not a git revision`, {
      where: reference,
      remedy: 'name a branch, a tag or a commit before the colon',
    });
  }
  return { revision, path };
}

const MOST_BYTES = 2 ** 30;

/**
 * The bytes of a file in a revision, as they were committed: no filter, no end of line is applied.
 *
 * @returns undefined where the revision has no such file.
 * @throws MaskbenchError `source.unreachable` without git, `data.missing` for no repository or no such revision,
 *   `data.unreadable` for a pointer of Git LFS.
 */
export async function readGitFile({ revision, path }: GitFile, cwd: string): Promise<Buffer | undefined> {
  const where = `${revision}:${path}`;
  const commit = await git(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], cwd);
  if (commit.status !== 0) {
    throw new MaskbenchError('data.missing', `git has no revision "${revision}" here`, {
      where,
      remedy: commit.said === '' ? 'fetch it first' : commit.said,
    });
  }
  const { status, out } = await git(['cat-file', 'blob', `${commit.out.toString().trim()}:${path}`], cwd);
  if (status !== 0) return undefined;
  if (out.subarray(0, 40).toString('latin1').startsWith('version https://git-lfs')) {
    throw new MaskbenchError('data.unreadable', 'the revision holds a Git LFS pointer, not the file itself', {
      where,
      remedy: 'keep gates and baselines in git itself',
    });
  }
  return out;
}

interface Answer {
  readonly status: number;
  readonly out: Buffer;
  /** The last line of its complaint. */
  readonly said: string;
}

/** Runs git without a shell: nothing in a name is anything but a name. */
function git(args: readonly string[], cwd: string): Promise<Answer> {
  const options = {
    cwd,
    encoding: 'buffer' as const,
    maxBuffer: MOST_BYTES,
    env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  };
  return new Promise((resolve, reject) => {
    execFile('git', args, options, (error, out, complaint) => {
      const said = complaint.toString().trim().split('\n').at(-1) ?? '';
      if (error === null || typeof error.code === 'number') {
        resolve({ status: error === null ? 0 : Number(error.code), out, said });
        return;
      }
      reject(
        new MaskbenchError('source.unreachable', `git cannot be run: ${error.message}`, {
          remedy: 'install git, or name a file or folder',
          cause: error,
        }),
      );
    });
  });
}

/** What an engine is to be told of a plan. */
export interface Submission {
  /** Of the run. */
  readonly name: string;
  /** As absolute paths; a plan may be in a bucket. */
  readonly plan: string;
  readonly out: string;
  /** The folder that logs go to: the plan itself, or one of this machine. */
  readonly logs: string;
  /** Shards that nobody has published or is at work on, from 1. */
  readonly shards: readonly number[];
  /** Whether the plan's device is a card. */
  readonly needsCard: boolean;
  readonly merge: boolean;
  /** At most so many at once; undefined: as many as the engine likes. */
  readonly atOnce: number | undefined;
  /** The most tasks of one array. */
  readonly largestArray: number;
  /** Further options, as the engine takes them. */
  readonly options: readonly string[];
  /** Types of cards, or of nodes without, on each of which times are taken by a job alone on its node. */
  readonly timeOn: readonly string[];
}

/** What an engine that starts images is to be told beside. */
export interface Container {
  readonly image: string;
  readonly volumes: readonly Volume[];
  readonly cpus: number;
  readonly memoryGib: number;
  readonly queue: string | undefined;
  /** As whom it runs: a service account of Kubernetes, a job role of AWS Batch. */
  readonly role: string | undefined;
  /** A Secret of Kubernetes, each key of which is a variable. */
  readonly secret: string | undefined;
  /** Variables of its environment; none of them is a secret, since the manifest shows them. */
  readonly variables: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Of a pod or a job: what the plan and the data lie on. */
export interface Volume {
  /** A claim, a file system, or a folder of the host, as the engine knows it. */
  readonly source: string;
  /** Where it is mounted: where it is here, since a plan has absolute paths. */
  readonly path: string;
  readonly isReadOnly: boolean;
}

interface EngineBasics {
  /** The program that takes its script. */
  readonly needs: string;
  /** What the script is the standard input of. */
  readonly start: (options: readonly string[]) => readonly [command: string, ...args: readonly string[]];
  /** The most tasks of one array, unless told. */
  readonly largestArray: number;
}

/** Hands out the shards of a plan, and tries them again: as commands on hosts, or as containers of an image. */
export type Engine = EngineBasics &
  (
    | {
        readonly runs: 'commands';
        /** @param of.command how Maskbench is called there */
        readonly script: (of: Submission & { readonly command: string }) => string;
      }
    | {
        readonly runs: 'images';
        readonly script: (of: Submission & { readonly container: Container }) => string;
      }
  );

/** The same of a script of a shell. */
export const BY_SHELL: Pick<EngineBasics, 'start'> = { start: () => ['bash', '-s'] };

/** A word of a shell. */
export function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A variable of a shell with these lines, none of which is `END`. */
export function heredoc(name: string, lines: readonly string[]): readonly string[] {
  return [`${name}=$(cat <<'END'`, ...lines, 'END', ')'];
}

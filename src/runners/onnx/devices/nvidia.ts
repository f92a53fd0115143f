import type { Gpu, GpuInstance, GpuSettings, GpuState } from './gpu.js';
import {
  type Column,
  COLUMNS,
  FORMER_NAMES,
  parseNvidiaCsv,
  queryArguments,
  refusedColumn,
} from './nvidia-csv.js';
import {
  type GpuProcess,
  parseInstanceMemory,
  parseNvidiaList,
  parseNvidiaProcesses,
  PROCESS_ARGUMENTS,
} from './nvidia-lists.js';
import { runTool, type RunTool } from './run-tool.js';

/** The NVIDIA cards of this machine, or why there are none to be seen. */
export type NvidiaAnswer =
  | {
      readonly kind: 'gpus';
      readonly gpus: readonly Gpu[];
      readonly states: readonly GpuState[];
      /** In the order of the cards. */
      readonly settings: readonly GpuSettings[];
      /** Those of all columns that this driver knows. */
      readonly columns: readonly Column[];
    }
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

/** What nvidia-smi says when it cannot tell, what it means, and what to do about it. */
const TROUBLES: readonly { readonly said: RegExp; readonly reason: string; readonly remedy: string }[] = [
  {
    said: /couldn't communicate with the NVIDIA driver/i,
    reason: 'the NVIDIA driver is not running',
    remedy: 'install the driver for this kernel, or load it with "sudo modprobe nvidia"',
  },
  {
    said: /driver\/library version mismatch/i,
    reason: 'the running NVIDIA driver is not the version of the installed libraries',
    remedy: 'reboot, or reload the driver: it was updated while it ran',
  },
  {
    said: /no devices were found/i,
    reason: 'the NVIDIA driver runs but finds no card',
    remedy:
      'check the card with "lspci", the driver with "dmesg | grep -i nvrm", a container with "--gpus all"',
  },
  {
    said: /insufficient permissions/i,
    reason: 'this user may not query the NVIDIA driver',
    remedy: 'check the permissions of /dev/nvidia*',
  },
  {
    said: /unable to determine the device handle|gpu is lost|gpu requires reset/i,
    reason: 'an NVIDIA card no longer answers',
    remedy: 'reset it with "sudo nvidia-smi --gpu-reset", or reboot',
  },
];

/** Asks nvidia-smi for all cards and what they are doing; columns that the driver does not know are left out one by one. */
export async function askNvidia(run: RunTool = runTool): Promise<NvidiaAnswer> {
  const former = Object.values(FORMER_NAMES);
  let columns: readonly Column[] = COLUMNS.filter((column) => !former.includes(column));
  for (;;) {
    const answer = await run('nvidia-smi', queryArguments(columns));
    if (answer.kind === 'missing') {
      return {
        kind: 'none',
        reason: 'nvidia-smi is not installed',
        remedy: 'with an NVIDIA card: install its driver; in a container: start it with "--gpus all"',
      };
    }
    const refused = refusedColumn(answer.text);
    if (refused !== undefined && columns.includes(refused)) {
      columns = columns.flatMap((column) => (column === refused ? (FORMER_NAMES[column] ?? []) : column));
      continue;
    }
    const rows = parseNvidiaCsv(answer.text, columns);
    if (rows.length === 0) return explain(answer.text);
    const instances = rows.some(({ divided }) => divided) ? await askInstances(run) : null;
    const notTold = COLUMNS.filter(
      (column) => !columns.includes(column) && !columns.includes(FORMER_NAMES[column] ?? column),
    ).filter((column) => !former.includes(column));
    return {
      kind: 'gpus',
      gpus: rows.map(({ gpu, divided }) => ({
        ...gpu,
        instances: divided ? (instances?.(gpu) ?? []) : null,
      })),
      states: rows.map(({ state }) => state),
      settings: rows.map(({ settings }) => ({ ...settings, notTold })),
      columns,
    };
  }
}

/** The processes that compute on cards; null where the driver does not say (an empty list is an answer, if no proof of anything). */
export async function askNvidiaProcesses(run: RunTool = runTool): Promise<readonly GpuProcess[] | null> {
  const answer = await run('nvidia-smi', PROCESS_ARGUMENTS);
  return answer.kind === 'answer' ? parseNvidiaProcesses(answer.text) : null;
}

/** The instances of divided cards, with their memory where the table of nvidia-smi says it. */
export async function askInstances(
  run: RunTool = runTool,
): Promise<(gpu: Pick<Gpu, 'index' | 'uuid'>) => readonly GpuInstance[]> {
  const [list, table] = [await run('nvidia-smi', ['-L']), await run('nvidia-smi', [])];
  const listed = parseNvidiaList(list.kind === 'answer' ? list.text : '');
  const memory = parseInstanceMemory(table.kind === 'answer' ? table.text : '');
  return ({ index, uuid }) =>
    (listed.get(uuid ?? '') ?? []).map((instance) => {
      const told = memory.find((row) => row.index === index && row.device === instance.device);
      if (told === undefined) return instance;
      return { ...instance, memoryBytes: told.memoryBytes, usedBytes: told.usedBytes };
    });
}

function explain(text: string): NvidiaAnswer {
  const known = TROUBLES.find(({ said }) => said.test(text));
  if (known !== undefined) return { kind: 'none', reason: known.reason, remedy: known.remedy };
  const [line = ''] = text.split('\n').filter((candidate) => candidate.trim() !== '');
  return {
    kind: 'none',
    reason: line === '' ? 'nvidia-smi reports no card' : `nvidia-smi says: ${line.trim().slice(0, 200)}`,
    remedy: 'run "nvidia-smi" by hand; it must print the card',
  };
}

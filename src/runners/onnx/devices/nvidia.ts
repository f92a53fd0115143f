import type { Gpu, GpuInstance, GpuState } from './gpu.js';
import {
  parseNvidiaCsv,
  parseNvidiaList,
  parseNvidiaProcesses,
  PROCESS_ARGUMENTS,
  queryArguments,
  type GpuProcess,
  type LimitsColumn,
} from './nvidia-csv.js';
import { runTool, type RunTool } from './run-tool.js';

/** The NVIDIA cards of this machine, or why there are none to be seen. */
export type NvidiaAnswer =
  | {
      readonly kind: 'gpus';
      readonly gpus: readonly Gpu[];
      readonly states: readonly GpuState[];
      /** By which name this driver knows the column of clock limits. */
      readonly limits: LimitsColumn;
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

/** Asks nvidia-smi for all cards and what they are doing. */
export async function askNvidia(run: RunTool = runTool): Promise<NvidiaAnswer> {
  for (const limits of ['clocks_event_reasons.active', 'clocks_throttle_reasons.active'] as const) {
    const answer = await run('nvidia-smi', queryArguments(limits));
    if (answer.kind === 'missing') {
      return {
        kind: 'none',
        reason: 'nvidia-smi is not installed',
        remedy: 'with an NVIDIA card: install its driver; in a container: start it with "--gpus all"',
      };
    }
    if (answer.kind === 'failed' && /not a valid field to query/i.test(answer.text)) continue;
    const rows = parseNvidiaCsv(answer.text);
    if (rows.length === 0) return explain(answer.text);
    const instances = rows.some(({ divided }) => divided)
      ? await listInstances(run)
      : new Map<string, readonly GpuInstance[]>();
    return {
      kind: 'gpus',
      gpus: rows.map(({ gpu, divided }) => ({
        ...gpu,
        instances: divided ? (instances.get(gpu.uuid ?? '') ?? []) : null,
      })),
      states: rows.map(({ state }) => state),
      limits,
    };
  }
  return explain('');
}

/** The processes that compute on cards; none where the driver does not tell. */
export async function askNvidiaProcesses(run: RunTool = runTool): Promise<readonly GpuProcess[]> {
  const answer = await run('nvidia-smi', PROCESS_ARGUMENTS);
  return answer.kind === 'answer' ? parseNvidiaProcesses(answer.text) : [];
}

async function listInstances(run: RunTool): Promise<ReturnType<typeof parseNvidiaList>> {
  const answer = await run('nvidia-smi', ['-L']);
  return parseNvidiaList(answer.kind === 'answer' ? answer.text : '');
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

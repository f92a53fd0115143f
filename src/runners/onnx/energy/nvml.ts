import { spawn } from 'node:child_process';
import type { Card } from '../devices/card.js';
import type { CounterReading, FoundCounter } from './counter.js';

/** Cards bring their counter up to date every 20 to 100 ms; no driver says how often. */
const EVERY_MS = 100;

const PYTHON = 'python3';

/**
 * Opens NVML, which comes with the driver, and tells a card's millijoules: once, and once more for every line that it is sent. A
 * process of its own with Python's own means: whatever a driver's library does, no process of ours loads it.
 */
const READER = `
import ctypes, sys
def say(*words):
    print(*words, flush=True)
try:
    nvml = ctypes.CDLL("libnvidia-ml.so.1")
except OSError as error:
    say("lost", error)
    sys.exit()
nvml.nvmlErrorString.restype = ctypes.c_char_p
def ask(name, *arguments):
    status = getattr(nvml, name)(*arguments)
    if status != 0:
        say("lost", name + ": " + nvml.nvmlErrorString(status).decode())
        sys.exit()
card, energy = ctypes.c_void_p(), ctypes.c_ulonglong()
ask("nvmlInit_v2")
ask("nvmlDeviceGetHandleByUUID", sys.argv[1].encode(), ctypes.byref(card))
while True:
    ask("nvmlDeviceGetTotalEnergyConsumption", card, ctypes.byref(energy))
    say("millijoules", energy.value)
    if not sys.stdin.readline():
        break
`;

/** A driver that is not kept loaded takes seconds to start; later a reading takes under a millisecond. */
const OPEN_MS = 20_000;
const READ_MS = 5000;

/**
 * The counter of a card (NVML's nvmlDeviceGetTotalEnergyConsumption, of Volta and newer), which counts since its driver was loaded.
 *
 * @param command Python 3
 */
export async function openNvml(
  { gpu, instance, settings }: Pick<Card, 'gpu' | 'instance' | 'settings'>,
  command = PYTHON,
): Promise<FoundCounter> {
  if (instance !== null)
    return { kind: 'none', reason: 'the counter is the whole card\u2019s, and this is an instance of it' };
  if (gpu.uuid === null) return { kind: 'none', reason: 'the driver tells no uuid of the card' };
  const reader = startReader(command, gpu.uuid);
  const first = await reader.next(OPEN_MS);
  if (first.kind === 'lost') {
    reader.stop();
    return { kind: 'none', reason: first.reason };
  }
  const limit = settings?.powerLimitW ?? null;
  return {
    kind: 'counter',
    counter: {
      by: 'nvml',
      of: 'the card',
      everyMs: EVERY_MS,
      ranges: [null],
      // A card may go beyond its limit for a moment, and not over a turn.
      mostW: limit === null ? null : 2 * limit,
      pid: reader.pid,
      read() {
        reader.ask();
        return reader.next(READ_MS);
      },
      stop: reader.stop,
    },
  };
}

interface Reader {
  readonly pid: number | undefined;
  ask(): void;
  /** What it says next; once it has failed, why. */
  next(withinMs: number): Promise<CounterReading>;
  stop(): void;
}

function startReader(command: string, uuid: string): Reader {
  // Isolated: neither the user's Python settings nor the working folder have a say.
  const child = spawn(command, ['-I', '-c', READER, uuid], { stdio: ['pipe', 'pipe', 'ignore'] });
  const heard: CounterReading[] = [];
  let waiting: ((reading: CounterReading) => void) | undefined;
  let lost: CounterReading | undefined;
  const hear = (reading: CounterReading): void => {
    if (lost !== undefined) return;
    if (reading.kind === 'lost') lost = reading;
    if (waiting === undefined) heard.push(reading);
    else waiting(reading);
    waiting = undefined;
  };
  const lose = (reason: string): void => hear({ kind: 'lost', reason });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(readingOf(line));
  });
  child.stdin.on('error', () => undefined);
  child.on('error', (error: NodeJS.ErrnoException) =>
    lose(
      error.code === 'ENOENT'
        ? `the card\u2019s counter is read by ${command}, which is not installed`
        : `the card\u2019s counter cannot be read: ${error.message}`,
    ),
  );
  child.on('close', () => lose('the process that reads the card\u2019s counter has ended'));
  return {
    pid: child.pid,
    ask: () => void (lost === undefined && child.stdin.write('\n')),
    async next(withinMs) {
      const known = heard.shift() ?? lost;
      if (known !== undefined) return known;
      return new Promise((resolve) => {
        const timer = setTimeout(() => lose('the card\u2019s counter does not answer'), withinMs);
        waiting = (reading) => {
          clearTimeout(timer);
          resolve(reading);
        };
      });
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** `millijoules 123` or `lost <why>`. */
function readingOf(line: string): CounterReading {
  const [, millijoules] = /^millijoules (\d+)$/.exec(line) ?? [];
  if (millijoules !== undefined) return { kind: 'read', joules: [Number(millijoules) / 1000] };
  return { kind: 'lost', reason: line.replace(/^lost /, '') || 'the card\u2019s counter tells nothing' };
}

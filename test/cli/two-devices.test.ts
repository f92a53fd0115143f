import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SealPart, SealPartName } from '../../src/schema/seal.js';
import type { Summary } from '../../src/schema/summary.js';
import { cli, IS_BUILT, startCli, stopStarted, type CliResult } from '../support/cli.js';
import { simulateGpuHost } from '../support/nvidia-host.js';
import { findSoftwareGpu } from '../support/software-gpu.js';
import { makeWorkspace, type Workspace } from '../support/workspace.js';

const gpu = await findSoftwareGpu();
const reason = !IS_BUILT ? 'not built' : gpu.kind === 'none' ? gpu.reason : undefined;

let workspace: Workspace;

interface Host {
  readonly hot?: boolean;
  readonly faults?: Parameters<typeof simulateGpuHost>[3];
}

/** The command line as a process of its own, on a host with this card, whose WebGPU computes in software. */
async function onHost(
  recording: string,
  argv: readonly string[],
  { hot = false, faults = {} }: Host = {},
): Promise<CliResult> {
  if (gpu.kind === 'none') throw new Error(gpu.reason);
  const host = workspace.path(`host-${recording}-${hot}-${Object.keys(faults).join('')}`);
  const env = await simulateGpuHost(host, recording, gpu.env, faults);
  if (hot) {
    const cool = await readFile(join(host, 'answer.csv'), 'utf8');
    await writeFile(join(host, 'answer.csv'), cool.replace(/0x[0-9a-f]+/, '0x0000000000000040'));
  }
  return startCli(argv, workspace.folder, env).result;
}

const run = (recording: string, out: string, host: Host = {}): Promise<CliResult> =>
  onHost(recording, ['run', 'run.yaml', '--device', 'webgpu', '--out', out, '--offline'], host);

async function partOf(out: string, wanted: SealPartName): Promise<SealPart | undefined> {
  const summary = JSON.parse(await readFile(workspace.path(out, 'summary.json'), 'utf8')) as Summary;
  return summary.models[0]?.timing?.pass?.parts.find(({ name }) => name === wanted);
}

describe(`two hosts, one with a 23 GB and one with a 94 GB card${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  beforeAll(async () => {
    workspace = await makeWorkspace({ samples: 3 });
    // As long as it takes for the card to be read a few times.
    const config = await readFile(workspace.config, 'utf8');
    await writeFile(workspace.config, config.replace('rounds: 1', 'rounds: 30'));
  });
  afterAll(async () => {
    await stopStarted();
    await workspace.remove();
  });

  it.skipIf(reason !== undefined)(
    "each make a run with the card's readings in it, and one report of both has the post's column groups",
    async () => {
      for (const [recording, out] of [
        ['nvidia-550-l4.csv', 'small'],
        ['nvidia-550-h100-nvl.csv', 'large'],
      ] as const) {
        const { status, err } = await run(recording, out);
        expect(status, err).toBe(0);
      }
      const summary = JSON.parse(await readFile(workspace.path('small', 'summary.json'), 'utf8')) as Summary;
      expect(summary.device.gpu).toMatchObject({ name: 'NVIDIA L4', driver: '550.90.07' });
      expect(summary.models[0]?.timing?.pass?.gpu?.temperatureC).toEqual([41, 41]);
      const { status, out } = await cli(['report', 'small', 'large'], workspace.folder);
      expect(status).toBe(0);
      expect(out).toContain('Where the time goes on webgpu, NVIDIA L4, 23 GB');
      expect(out).toContain('Where the time goes on webgpu, NVIDIA H100 NVL, 94 GB');
      expect(out).toContain('Times faster than on webgpu, NVIDIA L4, 23 GB');
      expect(out).toContain('/s/GB');
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  it.skipIf(reason !== undefined)('do not seal times of a card that slowed down for its heat', async () => {
    const out = `hot-${Date.now()}`;
    const { status, err } = await run('nvidia-550-l4.csv', out, { hot: true });
    expect(status, err).toBe(0);
    expect(await partOf(out, 'unthrottled')).toMatchObject({
      pass: false,
      found: expect.stringContaining('GPU: hardware thermal slowdown'),
    });
  });

  it.skipIf(reason !== undefined)(
    'do not take a card to be cool that stopped telling, nor to be ours that is used',
    async () => {
      const { status, err } = await run('nvidia-590-h200-load.csv', 'silent', {
        faults: { silentAfter: 12 },
      });
      expect(status, err).toBe(0);
      expect(await partOf('silent', 'unthrottled')).toMatchObject({
        state: 'not known',
        notKnown: expect.arrayContaining([expect.stringMatching(/^GPU clocks/)]),
      });
      // The list of processes is empty, as in a container.
      expect(await partOf('silent', 'isolated')).toMatchObject({
        state: 'fail',
        found: expect.stringContaining('others used 100 % of the card before, while we did nothing'),
      });
    },
  );

  it.skipIf(reason !== undefined)(
    'are not mixed in one run, and a card that nobody tells of continues none',
    async () => {
      const resume = (host: string) =>
        onHost(host, ['run', 'run.yaml', '--device', 'webgpu', '--out', 'small', '--offline', '--resume']);
      for (const [host, said] of [
        ['nvidia-550-h100-nvl.csv', /made on a NVIDIA L4, and this is a NVIDIA H100 NVL/],
        ['nvidia-470-t4.csv', /made on a NVIDIA L4, and nobody tells which card webgpu is/],
      ] as const) {
        const { status, err } = await resume(host);
        expect(status).toBe(64);
        expect(err).toMatch(said);
      }
    },
  );

  it.skipIf(reason !== undefined)(
    'list the card, what it does at the moment, and why CUDA cannot be used',
    async () => {
      const { status, out } = await onHost('nvidia-550-h100-nvl.csv', ['devices']);
      expect(status).toBe(0);
      expect(out).toMatch(/NVIDIA H100 NVL: 94 GB; driver 550\.90\.07;/);
      expect(out.replaceAll(/\s+/g, ' ')).toContain('34 C; 61 of 400 W; 345 of 1980 MHz; P0; clocks: idle');
      expect(out).toMatch(/cuda:0 +no +NVIDIA H100 NVL/);
      expect(out).toContain('maskbench gpu install');
      for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  it.skipIf(reason !== undefined)('refuse CUDA where its libraries are missing', async () => {
    const { status, err } = await onHost('nvidia-550-l4.csv', [
      'run',
      'run.yaml',
      '--device',
      'cuda:0',
      '--out',
      'none',
      '--offline',
    ]);
    expect(status).toBe(69);
    expect(err).toMatch(/cuda:0 is not available/);
  });
});

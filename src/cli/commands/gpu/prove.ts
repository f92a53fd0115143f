import { spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { StartMaskbench } from '../../../analysis/prove/artifacts.js';
import { MaskbenchError } from '../../../core/errors.js';
import { choose } from '../../../core/names.js';
import { PACKAGE_ROOT } from '../../../core/package-root.js';
import { wrapText } from '../../../core/text.js';
import { jsonText } from '../../../reports/formats/json.js';
import { plainTable } from '../../../reports/formats/plain-table.js';
import { countsInWords } from '../../../reports/proof/words.js';
import type { DeviceRequest } from '../../../runners/device.js';
import type { GpuProof } from '../../../schema/gpu-proof.js';
import { list } from '../../arguments.js';
import { listWidth, textWidth, type CliContext, type DefineCommand } from '../../context.js';

/** Of the quick start: real weights that come wherever npm works, and the network that comes along. */
const MODELS = ['isnet-fp16', 'contrast-baseline'];
const DATASET = 'samples-humans';
const IMAGES = 4;
const FILES = { json: 'gpu-proof.json', page: 'gpu-proof.html' };

/** `maskbench gpu prove`. */
export const prove: DefineCommand = (context, setStatus) =>
  new Command('prove')
    .description(
      'prove or disprove on this device, in ten minutes, all that Maskbench says of it; exit status 1 if something fails',
    )
    .option(
      '--device <device>',
      'cuda:0, tensorrt:0, webgpu, cpu ... (default: cuda:0 where there is a card)',
    )
    .option(
      '--models <names>',
      `known models or YAML files, the smallest last (default: ${MODELS.join(',')})`,
      list,
    )
    .option('--quick', 'a look in a minute or two, which seals no time')
    .option('--checks <names>', 'only these, separated by commas (docs/gpu.md)', list)
    .option('--out <folder>', `where ${FILES.json} and ${FILES.page} go (default: here)`)
    .option('--offline', 'use only cached files, never the network')
    .option('--json', 'as JSON: what gpu-proof.json holds')
    .action(async ({ device: asked, models = MODELS, quick, checks, out, offline, json }) => {
      const { prove: proveDevice } = await import('../../../analysis/prove/prove.js');
      const { FULL, QUICK } = await import('../../../analysis/prove/effort.js');
      const { proofToHtml } = await import('../../../reports/proof/html.js');
      const { createDownloadProgress } = await import('../../download-progress.js');
      const { writeReport } = await import('../../write-report.js');
      const { writingTo } = await import('../../../core/failed-write.js');
      const { cwd, env, err, signal } = context;
      const { CHECKS } = await import('../../../analysis/prove/checks/index.js');
      const device = await deviceOf(asked);
      const chosen = choose('there is no check', CHECKS, ({ name }) => name, checks);
      const folder = resolve(cwd, out ?? '.');
      // What can be known of it before the ten minutes, and not after them.
      const made = await writingTo(folder, async () => {
        const first = await mkdir(folder, { recursive: true });
        await access(folder, constants.W_OK);
        return first;
      });
      const temp = tmpdir();
      const scratch = await writingTo(temp, () => mkdtemp(join(temp, 'maskbench-prove-')));
      try {
        const proof = await proveDevice(
          {
            device,
            models,
            dataset: DATASET,
            images: IMAGES,
            effort: quick === true ? QUICK : FULL,
            cwd,
            env,
            offline: offline === true,
            scratch,
            start: startIn(context),
            onProgress: createDownloadProgress(context),
            emit: () => undefined,
            onDoing: (what) => err(`gpu prove: ${what}\n`),
            signal,
          },
          chosen,
        );
        context.out(json === true ? jsonText(proof) : describe(proof, context));
        const paths = [FILES.json, FILES.page].map((name) => join(folder, name));
        await writeReport(paths[0], jsonText(proof));
        await writeReport(paths[1], proofToHtml(proof));
        err(`Written to ${paths.map((path) => relative(cwd, path)).join(' and ')}\n`);
        setStatus(proof.counts.fail > 0 ? 1 : 0);
      } finally {
        await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
        // One that is still empty.
        if (made !== undefined) await rmdir(folder).catch(() => undefined);
      }
    });

/** @throws MaskbenchError `usage` for anything but one device; `device.unavailable` where no device is named and there is no card. */
async function deviceOf(asked: string | undefined): Promise<DeviceRequest> {
  const { parseDevice } = await import('../../../runners/device.js');
  if (asked !== undefined) {
    const [first = ''] = asked.split(',');
    if (first !== asked || first.endsWith(':all'))
      throw new MaskbenchError('usage', `"${asked}" are several devices, and a proof is of one`, {
        remedy: `name one, as --device ${first.replace(/:all$/, ':0')}; the check all-cards runs on all cards at once`,
      });
    return parseDevice(asked);
  }
  const { askNvidia } = await import('../../../runners/onnx/devices/nvidia.js');
  const answer = await askNvidia();
  if (answer.kind === 'gpus') return parseDevice('cuda:0');
  throw new MaskbenchError('device.unavailable', `there is no card to prove: ${answer.reason}`, {
    remedy: 'name a device with --device: webgpu, cpu, or cuda:0 to see why it is not there',
  });
}

const TAIL = 300;

function startIn({ cwd, env }: CliContext): StartMaskbench {
  return (argv) => {
    const main = join(PACKAGE_ROOT, 'dist', 'cli', 'main.js');
    const child = spawn(process.execPath, [main, ...argv], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-TAIL)));
    return {
      kill: () => void child.kill('SIGKILL'),
      said: () => said.trim().split('\n').at(-1) ?? '',
      exit: new Promise((done) => {
        child.once('error', () => done(null));
        child.once('close', (status) => done(status));
      }),
    };
  };
}

function describe(proof: GpuProof, context: CliContext): string {
  const rows = proof.checks.map(({ state, name, found }) => [state, name, found]);
  const card = proof.gpu === undefined ? '' : ` (${proof.gpu.name})`;
  const head = `gpu prove on ${proof.device}${card}, ${proof.machine.cpu}, in ${proof.seconds} s`;
  const table = plainTable(['state', 'check', 'found'], rows, listWidth(context));
  const [first, last] = [head, countsInWords(proof)].map((line) =>
    wrapText(line, '  ', '', textWidth(context)),
  );
  return `${first}\n\n${table}\n\n${last}\n`;
}

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FromChild, LoadMessage } from '../../../src/runners/onnx/child/messages.js';
import type { NetworkSpec } from '../../../src/models/spec/spec.js';
import { startChild, type Child } from '../../../src/runners/onnx/child-process.js';
import { runnerOptionsSchema } from '../../../src/runners/onnx/session-options.js';
import { IS_BUILT } from '../../support/cli.js';
import { loadNetworkSpec } from '../../support/model-specs.js';
import { CAN_LOOK_UP_PROCESSES, inferenceProcesses, until } from '../../support/processes.js';
import { setEnvironment } from '../../support/software-gpu.js';
import { useTempFolders } from '../../support/temp-folder.js';
import { writePair } from '../../support/tiny-datasets.js';
import { writeTinyModel } from '../../support/tiny-models.js';

const tempFolder = useTempFolders();
let folder: string;
let child: Child;
let said: FromChild[];

async function loadOf(name: 'luma' | 'two-inputs', fields: Partial<LoadMessage> = {}): Promise<LoadMessage> {
  const spec = await loadNetworkSpec(await writeTinyModel(folder, name));
  return {
    kind: 'load',
    spec,
    paths: { model: join(folder, `${name}.onnx`) },
    device: { provider: 'cpu', index: 0 },
    options: runnerOptionsSchema.parse({}),
    threads: 1,
    ...fields,
  };
}

function withFields(
  spec: NetworkSpec,
  { input = {}, output = {} }: { readonly input?: object; readonly output?: object },
): NetworkSpec {
  if (spec.feeding !== 'matte') throw new Error(`fed by ${spec.feeding}`);
  return { ...spec, input: { ...spec.input, ...input }, output: { ...spec.output, ...output } };
}

const heard = (kind: FromChild['kind']): boolean => said.some((message) => message.kind === kind);

describe.skipIf(!IS_BUILT || process.platform !== 'linux')(
  'the environment of an inference process (skipped unless dist/ is built, on Linux)',
  () => {
    it('counts cards as nvidia-smi does, whatever order the user has set', async () => {
      const back = setEnvironment({ CUDA_DEVICE_ORDER: 'FASTEST_FIRST' });
      const started = startChild('predict-child', () => undefined);
      try {
        const given = await readFile(`/proc/${started.pid}/environ`, 'utf8');
        expect(given.split('\0').filter((one) => one.startsWith('CUDA_DEVICE_ORDER='))).toEqual([
          'CUDA_DEVICE_ORDER=PCI_BUS_ID',
        ]);
      } finally {
        back();
        started.stop();
        await started.exit;
      }
    });
  },
);

describe.skipIf(!IS_BUILT)('an inference process (skipped unless dist/ is built)', () => {
  beforeEach(async () => {
    folder = await tempFolder();
    await mkdir(join(folder, 'out'));
    said = [];
    child = startChild('predict-child', (message) => said.push(message));
  });
  afterEach(async () => {
    child.stop();
    await child.exit;
  });

  it('says that it has loaded, that it starts a job, and what came of it', async () => {
    await writePair(join(folder, 'a.jpg'), join(folder, 'a.png'), 1);
    child.send(await loadOf('luma'));
    const mattePath = join(folder, 'out', 'deep', 'a.png');
    child.send({ kind: 'predict', jobId: 7, imagePath: join(folder, 'a.jpg'), mattePath });
    await until('the job is done', () => heard('done'));
    expect(said.map(({ kind }) => kind)).toEqual(['loaded', 'started', 'done']);
    const done = said.find((message) => message.kind === 'done');
    expect(done).toMatchObject({ jobId: 7, width: 72, height: 56 });
    expect(Object.values(done?.phases ?? {}).every((ms) => ms >= 0)).toBe(true);
    expect((await readFile(mattePath)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('fails a job whose image is missing, by name, and lives on', async () => {
    await writePair(join(folder, 'a.jpg'), join(folder, 'a.png'), 1);
    child.send(await loadOf('luma'));
    for (const [jobId, name] of ['none.jpg', 'a.jpg'].entries()) {
      child.send({
        kind: 'predict',
        jobId,
        imagePath: join(folder, name),
        mattePath: join(folder, 'out.png'),
      });
    }
    await until('both jobs have ended', () => heard('done') && heard('failed'));
    expect(said.find((message) => message.kind === 'failed')).toEqual({
      kind: 'failed',
      jobId: 0,
      failure: { code: 'data.missing', message: 'no such file', where: join(folder, 'none.jpg') },
    });
  });

  it.each([
    [
      'a model that is not there',
      async () => loadOf('luma', { paths: { model: '/none.onnx' } }),
      'model.load',
    ],
    ['a model that wants two pictures', async () => loadOf('two-inputs'), 'model.signature'],
    [
      'an input of another size',
      async () => {
        const load = await loadOf('luma');
        return { ...load, spec: withFields(load.spec, { input: { width: 32 } }) };
      },
      'model.signature',
    ],
    [
      'an output that the model has not',
      async () => {
        const load = await loadOf('luma');
        return { ...load, spec: withFields(load.spec, { output: { select: 'alpha' } }) };
      },
      'model.signature',
    ],
    [
      'a device that this machine has not',
      async () =>
        loadOf('luma', { device: { provider: process.platform === 'darwin' ? 'dml' : 'coreml', index: 0 } }),
      'device.unavailable',
    ],
  ])('cannot go on with %s, and says why', async (_name, load, code) => {
    child.send(await load());
    await until('it gives up', () => heard('fatal'));
    expect(said).toMatchObject([{ kind: 'fatal', failure: { code } }]);
  });

  it.skipIf(!CAN_LOOK_UP_PROCESSES).each([
    ['SIGKILL', 'runner.out-of-memory', /killed \(SIGKILL\), as the system does when memory runs out/],
    ['SIGSEGV', 'runner.crashed', /ended by SIGSEGV/],
    ['SIGABRT', 'runner.crashed', /ended by SIGABRT/],
  ] as const)(
    'that is ended by %s is told apart from one that was stopped',
    async (signal, code, message) => {
      child.send(await loadOf('luma'));
      await until('it has loaded', () => heard('loaded'));
      const [pid] = inferenceProcesses(process.pid);
      process.kill(pid ?? 0, signal);
      expect(await child.exit).toMatchObject({
        kind: 'crashed',
        failure: { code, message: expect.stringMatching(message) as unknown },
      });
    },
  );

  it.skipIf(!CAN_LOOK_UP_PROCESSES)('does not end by Ctrl-C, which is for its parent to decide', async () => {
    child.send(await loadOf('luma'));
    await until('it has loaded', () => heard('loaded'));
    for (const pid of inferenceProcesses(process.pid)) process.kill(pid, 'SIGINT');
    await writePair(join(folder, 'a.jpg'), join(folder, 'a.png'), 1);
    child.send({
      kind: 'predict',
      jobId: 1,
      imagePath: join(folder, 'a.jpg'),
      mattePath: join(folder, 'o.png'),
    });
    await until('the job is done all the same', () => heard('done'));
    child.stop();
    expect(await child.exit).toEqual({ kind: 'ended' });
  });
});

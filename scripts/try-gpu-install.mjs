// Installs CUDA as a user with a card does, out of the registries into an empty cache, and goes as far as a machine without a card
// can: ONNX Runtime's own provider and NVIDIA's own libraries are loaded, and ask a driver of 20 lines, which refuses them. Needs
// npm, pip, a C compiler, 1.6 GB of download and 6 GB of disk; says that it is skipped where one of them is missing.
//
//   node scripts/try-gpu-install.mjs        (`.ci/long gpu-install`)
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { environmentOf, ROOT } from './support/as-user.mjs';
import { countSteps } from './support/steps.mjs';

const MAIN = join(ROOT, 'dist/cli/main.js');
const SPACE = 6e9;
const { expect, end } = countSteps();

const reason = whyNot();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}
const TEMP = mkdtempSync(join(tmpdir(), 'maskbench-gpu-'));
const [PROJECT, CACHE, DRIVER, BIN] = ['project', 'cache', 'driver', 'bin'].map((name) => join(TEMP, name));
const HOME = join(CACHE, 'gpu');
const ENGINE = join(PROJECT, 'node_modules/onnxruntime-node');
const BINARIES = join(ENGINE, 'bin/napi-v6/linux/x64');

try {
  await check();
} finally {
  rmSync(TEMP, { recursive: true, force: true });
}
end();

/** @returns {string | undefined} */
function whyNot() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'CUDA is for Linux x64';
  for (const [command, ...args] of [
    ['python3', '-m', 'pip', '--version'],
    ['npm', '--version'],
    ['cc', '--version'],
  ])
    if (spawnSync(command, args).status !== 0) return `"${[command, ...args].join(' ')}" does not work`;
  const { bavail, bsize } = statfsSync(tmpdir());
  const free = bavail * bsize;
  return free < SPACE
    ? `${tmpdir()} has ${(free / 1e9).toFixed(1)} GB left of the ${SPACE / 1e9} needed`
    : undefined;
}

/** @param {Record<string, string | undefined>} [more] @returns {NodeJS.ProcessEnv} */
function environment(more = {}) {
  const engine = { MASKBENCH_ENGINE: ENGINE, NO_COLOR: '1', LD_LIBRARY_PATH: undefined };
  return { ...environmentOf({ cache: CACHE }), ...engine, ...more };
}

/** A machine with a card, whose driver answers as `stub` says. @param {Record<string, string>} stub */
function withCard(stub = {}) {
  return environment({ PATH: `${BIN}:${process.env['PATH']}`, LD_LIBRARY_PATH: DRIVER, ...stub });
}

/** @param {readonly string[]} argv @param {NodeJS.ProcessEnv} [env] */
function maskbench(argv, env = environment()) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...argv], {
    env,
    encoding: 'utf8',
    cwd: TEMP,
  });
  return { status, out: stdout, err: stderr, seconds: (performance.now() - start) / 1000 };
}

/** What `devices` says of cuda:0. @param {NodeJS.ProcessEnv} env @returns {string} */
function cuda(env) {
  const { out, err } = maskbench(['devices', '--json'], env);
  try {
    /** @type {{ devices: { device: string, reason: string, remedy: string }[] }} */
    const { devices } = JSON.parse(out);
    const found = devices.find(({ device }) => device === 'cuda:0');
    return `${found?.reason}; ${found?.remedy}`;
  } catch {
    return `no JSON: ${out}${err}`;
  }
}

/** @param {string} line @param {RegExp} wanted @param {string} when */
function expectLine(line, wanted, when) {
  expect(
    wanted.test(line) && !line.includes('\n') && line.length < 300,
    `${when}: ${line}`,
    `wanted: ${wanted}`,
  );
}

/** @param {string} folder @returns {readonly string[]} */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

/** @param {string} folder */
function megabytes(folder) {
  return (filesIn(folder).reduce((sum, path) => sum + statSync(path).size, 0) / 1e6).toFixed(0);
}

/** @param {'install' | 'ci'} how */
function npm(how) {
  execFileSync('npm', [how, '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: PROJECT });
}

async function check() {
  for (const folder of [PROJECT, DRIVER, BIN]) mkdirSync(folder);
  /** @type {{ devDependencies: Record<string, string> }} */
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const version = devDependencies['onnxruntime-node'];
  writeFileSync(
    join(PROJECT, 'package.json'),
    JSON.stringify({ dependencies: { 'onnxruntime-node': version } }),
  );
  npm('install');
  const library = join(DRIVER, 'libcuda.so.1');
  const stub = join(ROOT, 'test/fixtures/gpu/libcuda-stub.c');
  execFileSync('cc', ['-shared', '-fPIC', '-Wl,-soname,libcuda.so.1', '-o', library, stub]);
  const recording = join(ROOT, 'test/fixtures/devices/nvidia-590-h100-idle.csv');
  copyFileSync(recording, join(BIN, 'answer.csv'));
  copyFileSync(join(ROOT, 'test/support/fake-nvidia-smi.mjs'), join(BIN, 'fake-nvidia-smi.mjs'));
  const play = `exec "${process.execPath}" "${join(BIN, 'fake-nvidia-smi.mjs')}" "$@"`;
  writeFileSync(join(BIN, 'nvidia-smi'), `#!/bin/sh\n${play}\n`, { mode: 0o755 });

  console.log('-- without a card');
  const { status } = maskbench(['devices']);
  expect(status === 0 && !existsSync(HOME), '"devices" fetches nothing', `status ${status}`);
  const refused = maskbench(['gpu', 'install']);
  expect(
    refused.status === 69 && !existsSync(HOME),
    `"gpu install" fetches nothing: ${refused.err.trim()}`,
    `status ${refused.status}`,
  );

  console.log('-- gpu install, killed in the middle');
  const begin = performance.now();
  const child = spawn(process.execPath, [MAIN, 'gpu', 'install'], { env: withCard(), cwd: TEMP });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(`     ${text}`);
    if (/pull nvidia-cublas/.test(text)) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(
    child.signalCode === 'SIGKILL',
    `killed after ${seconds(begin)} s, ${megabytes(HOME)} MB kept`,
    'it ended before',
  );
  const again = maskbench(['gpu', 'install'], withCard());
  const plan = /(\d+) archives are fetched, (\d+) MB/.exec(again.err) ?? [];
  expect(again.status === 0, `the rest in ${again.seconds.toFixed(0)} s: ${plan[0]}`, again.err);
  expect(
    plan[1] === '2' && !/pull (onnx|nvidia-cufft)/.test(again.err),
    'nothing was fetched twice',
    again.err,
  );
  console.log(`     kept: ${megabytes(HOME)} MB in ${readdirSync(HOME).length} entries`);
  const third = maskbench(['gpu', 'install'], withCard());
  expect(third.status === 0 && !third.err.includes('pull'), `again: ${third.err.trim()}`, third.err);
  const sums = maskbench(['gpu', 'status', '--sums'], withCard());
  expect(
    /sums: all as they came/.test(sums.out),
    `all sums hold (${sums.seconds.toFixed(0)} s)`,
    sums.out + sums.err,
  );
  expect(/^next: /m.test(sums.out), 'gpu status: no link is broken', sums.out);

  console.log('-- a session, and what the driver answers');
  /** @type {{ stub?: Record<string, string>, line: string }[]} */
  const failures = parse(readFileSync(join(ROOT, 'test/fixtures/gpu/failures.yaml'), 'utf8'));
  for (const { stub: answer, line } of failures) {
    if (answer === undefined) continue;
    const said = cuda(withCard(answer));
    const wanted = line.replace(/^(device cuda:0 is not available|cuda:0): /, '');
    expect(said === wanted, `${JSON.stringify(answer)}: ${said}`, `wanted: ${wanted}`);
  }
  const noDriver = environment({ PATH: `${BIN}:${process.env['PATH']}` });
  expectLine(cuda(noDriver), /^there is no NVIDIA driver \(libcuda\.so\.1\); install it/, 'no driver');

  console.log('-- what a session passes on');
  const nonsense = { cudnn_conv_algo_search: 'NONSENSE', gpu_mem_limit: 'NONSENSE', use_tf32: 'NONSENSE' };
  const inConfig = Object.entries(nonsense).map(([key, value]) => [`ep.cudaexecutionprovider.${key}`, value]);
  const asked = [{}, { provider: nonsense }, { extra: Object.fromEntries(inConfig) }];
  const heard = asked.map(openSession);
  expect(
    heard.every((line) => line === heard[0] && /expr=cudaSetDevice\(info_\.device_id\)/.test(line)),
    `options that are nonsense change nothing: ${asked.length} sessions reach ${/expr=.*/.exec(heard[0])?.[0]}`,
    heard.join('\n'),
  );

  console.log('-- after npm ci');
  npm('ci');
  expect(!existsSync(join(BINARIES, 'libonnxruntime_providers_cuda.so')), 'the provider is gone', BINARIES);
  expectLine(cuda(withCard({ STUB_INIT: '100' })), /^the NVIDIA driver shows no card; /, 'a session');

  console.log('-- with each library removed in turn');
  const libraries = filesIn(HOME).filter((path) => /\.so[.\d]*$/.test(path));
  for (const path of libraries) {
    renameSync(path, `${path}.away`);
    const line = cuda(withCard({ STUB_INIT: '100' }));
    expect(
      line.startsWith(`${basename(path)} of what was installed is missing`) && line.includes('gpu install'),
      `${basename(path)}: ${line}`,
      path,
    );
    renameSync(`${path}.away`, path);
  }

  console.log('-- with libraries of the system, each missing in turn');
  const system = join(TEMP, 'system');
  mkdirSync(system);
  for (const path of [
    ...libraries.filter((one) => !one.includes('onnxruntime')),
    join(DRIVER, 'libcuda.so.1'),
  ])
    symlinkSync(path, join(system, basename(path)));
  renameSync(join(HOME, 'installed.json'), join(HOME, 'away.json'));
  const bySystem = { ...withCard({ STUB_INIT: '100' }), LD_LIBRARY_PATH: system };
  expectLine(cuda(bySystem), /^the NVIDIA driver shows no card; /, 'all there');
  for (const name of [
    'libcublasLt.so.13',
    'libcublas.so.13',
    'libcurand.so.10',
    'libcudart.so.13',
    'libcudnn.so.9',
  ]) {
    renameSync(join(system, name), join(system, 'away'));
    expectLine(cuda(bySystem), new RegExp(`^${name} is not found; "maskbench gpu install"`), name);
    renameSync(join(system, 'away'), join(system, name));
  }
  renameSync(join(system, 'libcudart.so.13'), join(system, 'libcudart.so.12'));
  expectLine(
    cuda(bySystem),
    /^libcudart\.so\.13 is not found, and libcudart\.so\.12 is of another version; /,
    'CUDA 12',
  );
  renameSync(join(HOME, 'away.json'), join(HOME, 'installed.json'));

  console.log('-- gpu remove');
  const removed = maskbench(['gpu', 'remove']);
  expect(
    removed.status === 0 &&
      filesIn(HOME).length === 0 &&
      !existsSync(join(BINARIES, 'libonnxruntime_providers_cuda.so')),
    removed.out.trim(),
    removed.err,
  );
  expectLine(cuda(withCard()), /installed without cuda; .*maskbench gpu install/, 'then');
}

/**
 * What ONNX Runtime says of a session on CUDA with these options of the provider, and of the session.
 *
 * @param {{ provider?: Record<string, string>, extra?: Record<string, string> }} options
 * @returns {string}
 */
function openSession({ provider = {}, extra = {} }) {
  const model = join(ROOT, 'test/fixtures/runs-0.1/models/luma.onnx');
  const session = {
    executionProviders: [{ name: 'cuda', deviceId: 0, ...provider }],
    extra,
    logSeverityLevel: 4,
  };
  const script = `require(${JSON.stringify(ENGINE)}).InferenceSession.create(${JSON.stringify(model)}, ${JSON.stringify(session)})
    .then(() => console.log('opened'), ({ message }) => console.log(message.replace(/\\s+/g, ' ').trim()));`;
  const folders = filesIn(HOME)
    .filter((path) => /\.so[.\d]*$/.test(path))
    .map((path) => dirname(path));
  const libraries = [DRIVER, ...new Set(folders)].join(':');
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    env: { ...withCard(), LD_LIBRARY_PATH: libraries },
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.trim();
}

/** @param {number} since */
function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(0);
}

// Compares Maskbench with rembg, matte by matte: the same model files, the same pictures. See docs/models.md.
//
//   npm run parity                 compare, print a table
//   npm run parity -- --install    make the virtual environments first (pip, as the user's settings say)
//   npm run parity -- --write      also write test/models/parity.json from what rembg gave
//   npm run parity -- --real       real IS-Net weights instead, over 20 photographs (see realCase)
//   --peers post,newest,post-engine   --photographs 12   --cases u2net,sam   --keep
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from '../../dist/core/hash.js';
import { plainTable } from '../../dist/reports/formats/plain-table.js';
import { casesFor, realCase, writeCase } from './cases.mjs';
import { compareMattes, holds, summarise } from './compare.mjs';
import { photographs, smallPictures } from './images.mjs';
import { predictOurs } from './ours.mjs';
import { ensureNetwork } from '../support/network.mjs';
import * as builders from './networks.mjs';
import { install, isInstalled, runPeer, VENVS } from './peer.mjs';
import { PEERS, REAL_PEERS } from './peers.mjs';

/**
 * @import { Outcome } from '../../dist/runners/runner.js'
 * @import { ParityCase } from './cases.mjs'
 * @import { Peer } from './peers.mjs'
 */

const { values: options } = parseArgs({
  options: {
    install: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    peers: { type: 'string', default: 'post,newest,post-engine' },
    cases: { type: 'string' },
    photographs: { type: 'string' },
  },
});

/** @type {{ version: string }} */
const { version: ENGINE } = createRequire(import.meta.url)('onnxruntime-node/package.json');
const FIGURES = join(import.meta.dirname, '../../test/models/parity.json');
const pictures = options.real
  ? photographs(Number(options.photographs ?? 20))
  : [...smallPictures(), ...photographs(Number(options.photographs ?? 12))];
const realFile = options.real ? (await ensureNetwork('isnet-fp16')).assets.paths.model : undefined;
const small = new Set(smallPictures().map(({ name }) => name));
/** @type {{ command: string, peers: Record<string, object> }} */
const figures = { command: 'npm run parity -- --write', peers: {} };
let allHold = true;

for (const peer of (options.real ? REAL_PEERS : PEERS).filter(({ name }) =>
  options.peers.split(',').includes(name),
)) {
  if (options.install && !isInstalled(peer.name)) await install(peer.name);
  if (!isInstalled(peer.name)) {
    console.log(`${peer.name}: skipped, there is no rembg in ${VENVS} (--install makes it)`);
    continue;
  }
  const folder = await mkdtemp(join(tmpdir(), 'maskbench-parity-'));
  try {
    await comparePeer(peer, folder);
  } finally {
    if (options.keep) console.log(`kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}
if (options.write && !options.real && Object.keys(figures.peers).length > 0) {
  /** @type {Pick<typeof figures, 'peers'>} */
  const before = JSON.parse(await readFile(FIGURES, 'utf8').catch(() => '{"peers":{}}'));
  figures.peers = { ...before.peers, ...figures.peers };
  await writeFile(FIGURES, `${JSON.stringify(figures, null, 1)}\n`);
}
process.exitCode = allHold ? 0 : 1;

/** @typedef {Omit<ParityCase, 'file'> & Awaited<ReturnType<typeof writeCase>> & { folder: string }} WrittenCase */

/**
 * @param {Peer} peer
 * @param {string} folder
 */
async function comparePeer(peer, folder) {
  const wanted = options.cases?.split(',');
  const cases =
    realFile !== undefined
      ? [realCase(peer, realFile)]
      : casesFor(peer).filter(({ name }) => wanted?.includes(name) ?? true);
  /** @type {WrittenCase[]} */
  const written = [];
  for (const one of cases) {
    const { path, paths } = await writeCase(one, join(folder, one.name));
    await mkdir(join(folder, one.name, 'theirs'));
    written.push({ ...one, path, paths, folder: join(folder, one.name) });
  }
  const { lines, versions } = await runPeer(peer.name, {
    sessions: written.map((one) => ({
      name: one.session,
      files: Object.values(one.paths),
      options: one.options,
      images: pictures.map(({ path }, i) => ({ path, out: join(one.folder, 'theirs', `${i}.png`) })),
    })),
  });
  console.log(`\n${peer.name}: ${describe(versions)}; ${pictures.length} pictures`);
  const rows = [];
  /** @type {Record<string, Record<string, string>>} */
  const hashes = {};
  for (const [index, one] of written.entries()) {
    const theirs = lines.slice(index * pictures.length, (index + 1) * pictures.length);
    const ours = await predictOurs(
      one.path,
      pictures.map(({ path }, i) => ({ path, out: join(one.folder, 'ours', `${i}.png`) })),
    );
    const { results, refused, named } = await compareCase(one, theirs, ours);
    hashes[one.name] = named;
    const row = summarise(results);
    // Networks made for the comparison give the same on any engine; real weights only on the same one.
    const judged = !options.real || versions.onnxruntime === ENGINE;
    if (judged && !holds(row)) allHold = false;
    rows.push([
      one.name,
      String(row.images),
      String(row.identical),
      String(row.worst),
      row.share === 0 ? '0' : `${(row.share * 100).toExponential(1)} %`,
      String(row.flipped),
      holds(row) ? 'yes' : judged ? 'NO' : `not judged: our engine is ${ENGINE}`,
      refused.join('; '),
    ]);
  }
  console.log(
    plainTable(
      ['session', 'images', 'identical', 'worst level', 'pixels off', 'flipped', 'holds', 'not compared'],
      rows,
    ),
  );
  figures.peers[peer.name] = { versions, networks: networkHashes(written), mattes: hashes };
}

/**
 * Pictures that both refuse are no difference; one that only one refuses is.
 *
 * @param {WrittenCase} one
 * @param {readonly { error?: string }[]} theirs
 * @param {ReadonlyMap<string, Outcome>} ours
 */
async function compareCase(one, theirs, ours) {
  const results = [];
  const refused = [];
  /** @type {Record<string, string>} */
  const named = {};
  for (const [i, { name, path }] of pictures.entries()) {
    const outcome = ours.get(path);
    if (outcome === undefined) throw new Error(`${path} has no outcome`);
    const failure = outcome.kind === 'done' ? undefined : outcome.failure.message;
    const { error } = theirs[i];
    if (failure !== undefined || error !== undefined) {
      refused.push(`${name}: ${error ?? 'done'} / ${failure ?? 'done'}`);
      if ((failure === undefined) !== (error === undefined)) allHold = false;
      continue;
    }
    const result = await compareMattes(
      join(one.folder, 'ours', `${i}.png`),
      join(one.folder, 'theirs', `${i}.png`),
    );
    results.push(result);
    if (small.has(name)) named[name] = result.hash;
    if (result.differing > 0 && options.keep) {
      console.log(`  ${one.name} ${name}: ${result.differing} of ${result.pixels}, worst ${result.worst}`);
    }
  }
  return { results, refused, named };
}

/** @param {readonly WrittenCase[]} written */
function networkHashes(written) {
  const names = written.flatMap(({ networks }) => Object.values(networks));
  return Object.fromEntries(names.map((name) => [name, sha256(builders[name]())]));
}

/** @param {Readonly<Record<string, string | null>>} versions */
function describe(versions) {
  return Object.entries(versions)
    .filter(([, version]) => version !== null)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

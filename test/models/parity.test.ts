import { toFloats } from '../../src/models/pixels/to-floats.js';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { casesFor, writeCase } from '../../scripts/parity/cases.mjs';
import * as networks from '../../scripts/parity/networks.mjs';
import { PEERS } from '../../scripts/parity/peers.mjs';
import { sha256 } from '../../src/core/hash.js';
import { decodeRgb } from '../../src/image/codec.js';
import { openPrompts } from '../../src/models/spec/prompts.js';
import { openModel, type OpenModel } from '../../src/runners/onnx/open-model.js';
import { runnerOptionsSchema } from '../../src/runners/onnx/session-options.js';
import { shortOrLong } from '../support/long.js';
import { loadNetworkSpec } from '../support/model-specs.js';
import { useTempFolders } from '../support/temp-folder.js';
import figures from './parity.json' with { type: 'json' };

const PICTURES = join(import.meta.dirname, 'parity');
/** A session of each family; the others differ from these by their names alone, and `npm run parity` has them too. */
const SESSIONS = [
  'u2net',
  'u2net_cloth_seg',
  'isnet-general-use',
  'isnet-anime',
  'birefnet-general',
  'sam',
  'sam-prompted',
];
/** Every form of picture through the smallest network; one of each kind, or a few of them in short, through the large ones. */
const FEW = shortOrLong(
  ['exif-6.jpg', 'alpha.png', 'wide.png'],
  ['photo.jpg', 'exif-6.jpg', 'cmyk.jpg', 'alpha.png', 'dark.jpg', 'wide.png', 'portrait-progressive.jpg'],
);

const tempFolder = useTempFolders();

/** What rembg printed: hashes of mattes by session and picture. */
interface PeerFigures {
  readonly versions: Readonly<Record<string, string | null>>;
  readonly networks: Readonly<Record<string, string>>;
  readonly mattes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const peers: Readonly<Record<string, PeerFigures>> = figures.peers;

describe.each(PEERS)('the mattes that rembg gave ($name)', (peer) => {
  const { versions, mattes, networks: hashes } = peers[peer.name] as PeerFigures;

  it('were made with the networks that are built here', () => {
    for (const [name, hash] of Object.entries(hashes)) {
      expect(sha256(networks[name as keyof typeof networks]()), name).toBe(hash);
    }
  });

  it.each(SESSIONS)(`are ours too, to the byte: %s of rembg ${versions['rembg']}`, async (session) => {
    const folder = await tempFolder();
    const parityCase = casesFor(peer).find(({ name }) => name === session);
    if (parityCase === undefined) throw new Error(`no case ${session}`);
    const { path, paths } = await writeCase(parityCase, folder);
    const spec = await loadNetworkSpec(path);
    const options = runnerOptionsSchema.parse({ fetch: 'all' });
    const device = { provider: 'cpu', index: 0 } as const;
    const model = await openModel({ spec, paths, device, options, threads: 1 });
    const promptOf = spec.feeding === 'sam' ? await openPrompts(spec.prompts, undefined) : () => undefined;
    const expected = mattes[session] ?? {};
    const names = Object.keys(expected).filter((name) => session === 'u2net' || FEW.includes(name));
    const ours: Record<string, string> = {};
    for (const name of names) {
      ours[name] = await matteHash(model, join(PICTURES, name), promptOf('', name));
    }
    await model.release();
    expect(names.length).toBeGreaterThanOrEqual(FEW.length);
    expect(ours).toEqual(Object.fromEntries(names.map((name) => [name, expected[name]])));
  });
});

async function matteHash(
  { feeding, infer }: OpenModel,
  path: string,
  prompt: Parameters<OpenModel['feeding']['prepare']>[1],
): Promise<string> {
  const image = await decodeRgb(path);
  const { output } = await infer(await feeding.prepare(image, prompt));
  return sha256((await feeding.read(toFloats(output), image.width, image.height)).data);
}

// What is compared: every session of rembg with the network of its family, and the spec of ours that stands for it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as networks from './networks.mjs';

/** @import { Peer } from './peers.mjs' */

/**
 * One session of rembg, the networks that it is given, and the spec of ours that stands for it.
 *
 * @typedef {object} ParityCase
 * @property {string} name
 * @property {string} session name of rembg's session class
 * @property {string} spec the spec that is extended
 * @property {Readonly<Record<string, keyof typeof networks>>} networks builder of each network, by role; none where
 *   `file` names one that is there
 * @property {string} [file]
 * @property {{ readonly input?: object, readonly output?: object, readonly prompts?: object }} fields
 * @property {Readonly<Record<string, unknown>>} options what rembg's `predict` is told besides the picture
 */

/**
 * @param {string} session
 * @param {keyof typeof networks} network
 * @param {ParityCase['fields']} [fields]
 * @returns {ParityCase}
 */
const one = (session, network, fields = {}) => ({
  name: session,
  session,
  spec: session,
  networks: { model: network },
  fields,
  options: {},
});

/**
 * The same with another filter on both ways.
 *
 * @param {ParityCase} base
 * @param {string} resample
 * @returns {ParityCase}
 */
const resampled = (base, resample) => ({
  ...base,
  fields: {
    ...base.fields,
    input: { ...base.fields.input, resample },
    output: { ...base.fields.output, resample },
  },
});

/**
 * @param {string} name
 * @param {string} warp
 * @param {{ marks: readonly object[], prompt: readonly object[] }} [asked] the same prompt to us and to rembg
 * @returns {ParityCase}
 */
const sam = (name, warp, asked) => ({
  name,
  session: 'sam',
  spec: 'sam',
  networks: { encoder: 'samEncoder', decoder: 'samDecoder' },
  fields: {
    input: { warp },
    ...(asked === undefined ? {} : { prompts: { unit: 'pixels', default: asked.marks } }),
  },
  options: asked === undefined ? {} : { sam_prompt: asked.prompt },
});

const MARKS = [{ point: [40, 30] }, { point: [12.5, 40], label: 0 }, { box: [20, 10, 70, 45] }];
const REMBG_PROMPT = [
  { type: 'point', data: [40, 30], label: 1 },
  { type: 'point', data: [12.5, 40], label: 0 },
  { type: 'rectangle', data: [20, 10, 70, 45] },
];

/**
 * What differs between rembgs: Pillow resizes in another order of passes since 13, and SAM's pictures are warped by
 * OpenCV until rembg 2.0.69 and by SciPy since.
 *
 * @param {Pick<Peer, 'warp' | 'resample'>} peer
 * @returns {readonly ParityCase[]}
 */
export function casesFor({ warp, resample }) {
  const matteCases = [
    one('u2net', 'u2net'),
    one('u2netp', 'u2net'),
    one('u2net_human_seg', 'u2net'),
    one('silueta', 'u2net'),
    one('u2net_cloth_seg', 'cloth', { output: { classes: { matte: 'stacked' } } }),
    one('isnet-general-use', 'isnet'),
    one('isnet-anime', 'isnetAnime'),
    one('birefnet-general', 'birefnet'),
    one('birefnet-general-lite', 'birefnet'),
    one('birefnet-portrait', 'birefnet'),
    one('birefnet-dis', 'birefnet'),
    one('birefnet-hrsod', 'birefnet'),
    one('birefnet-cod', 'birefnet'),
    one('birefnet-massive', 'birefnet'),
    one('bria-rmbg', 'isnetAnime'),
  ];
  return [
    ...matteCases.map((matteCase) => resampled(matteCase, resample)),
    sam('sam', warp),
    sam('sam-prompted', warp, { marks: MARKS, prompt: REMBG_PROMPT }),
  ];
}

/**
 * Real weights, as both programs feed isnet-general-use.
 *
 * @param {Pick<Peer, 'resample'>} peer
 * @param {string} file absolute path of IS-Net's network
 */
export const realCase = ({ resample }, file) =>
  resampled({ ...one('isnet-general-use', 'isnet'), networks: {}, file }, resample);

/**
 * Writes the case's networks and a spec that extends ours by them; returns where they lie.
 *
 * @param {ParityCase} parityCase
 * @param {string} folder
 * @returns {Promise<{ path: string, paths: Readonly<Record<string, string>> }>}
 */
export async function writeCase({ name, spec, networks: wanted, file, fields }, folder) {
  await mkdir(folder, { recursive: true });
  if (file !== undefined) {
    const path = join(folder, `${name}.yaml`);
    await writeFile(path, JSON.stringify({ extends: spec, name, files: `file:${file}`, ...fields }));
    return { path, paths: { model: file } };
  }
  /** @type {Record<string, string>} */
  const paths = {};
  for (const [role, network] of Object.entries(wanted)) {
    paths[role] = join(folder, `${network}.onnx`);
    await writeFile(paths[role], networks[network]());
  }
  const files =
    Object.keys(wanted).length === 1
      ? `file:${wanted.model}.onnx`
      : Object.fromEntries(Object.entries(wanted).map(([role, n]) => [role, `file:${n}.onnx`]));
  const path = join(folder, `${name}.yaml`);
  // JSON is YAML.
  await writeFile(path, JSON.stringify({ extends: spec, name, files, ...fields }));
  return { path, paths };
}

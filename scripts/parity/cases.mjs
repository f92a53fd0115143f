// What is compared: every session of rembg with the network of its family, and the spec of ours that stands for it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as networks from './networks.mjs';

const one = (session, network, { classes } = {}) => ({
  name: session,
  session,
  spec: session,
  networks: { model: network },
  fields: classes === undefined ? {} : { output: { classes } },
  options: {},
});

/** The same with another filter on both ways. */
const resampled = (base, resample) => ({
  ...base,
  fields: {
    ...base.fields,
    input: { ...base.fields.input, resample },
    output: { ...base.fields.output, resample },
  },
});

const sam = (name, marks, prompt, warp) => ({
  name,
  session: 'sam',
  spec: 'sam',
  networks: { encoder: 'samEncoder', decoder: 'samDecoder' },
  fields: {
    input: { warp },
    ...(marks === undefined ? {} : { prompts: { unit: 'pixels', default: marks } }),
  },
  options: prompt === undefined ? {} : { sam_prompt: prompt },
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
 * @param {{ warp: string, resample: string }} peer
 */
export function casesFor({ warp, resample }) {
  const matteCases = [
    one('u2net', 'u2net'),
    one('u2netp', 'u2net'),
    one('u2net_human_seg', 'u2net'),
    one('silueta', 'u2net'),
    one('u2net_cloth_seg', 'cloth', { classes: { matte: 'stacked' } }),
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
    sam('sam', undefined, undefined, warp),
    sam('sam-prompted', MARKS, REMBG_PROMPT, warp),
  ];
}

/**
 * Real weights, as both programs feed isnet-general-use.
 *
 * @param {{ resample: string }} peer
 * @param {string} file absolute path of IS-Net's network
 */
export const realCase = ({ resample }, file) =>
  resampled({ ...one('isnet-general-use'), networks: {}, file }, resample);

/** Writes the case's networks and a spec that extends ours by them; returns where they lie. */
export async function writeCase({ name, spec, networks: wanted, file, fields }, folder) {
  await mkdir(folder, { recursive: true });
  if (file !== undefined) {
    const path = join(folder, `${name}.yaml`);
    await writeFile(path, JSON.stringify({ extends: spec, name, files: `file:${file}`, ...fields }));
    return { path, paths: { model: file } };
  }
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

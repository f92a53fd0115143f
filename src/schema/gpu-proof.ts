import { z } from 'zod';
import { count, figure, text, type Document } from './basics.js';
import { gpu } from './hardware.js';

/** Version of gpu-proof.json; a reader refuses another one. */
export const PROOF_VERSION = 1;

const proofState = z.enum(['pass', 'fail', 'not known']);
export type ProofState = z.output<typeof proofState>;

const proofCheck = z.object({
  name: text.describe('E.g. placement, mattes, same-twice.'),
  title: text.describe('What must hold.'),
  state: proofState.describe('not known: nothing speaks against it, but this machine does not tell.'),
  found: text.describe('The evidence in a sentence, with figures.'),
  details: z.array(text).describe('More of it, a line each: by model, or by part of the seal.'),
});
export type ProofCheck = Document<typeof proofCheck>;

export const gpuProofSchema = z
  .object({
    proofVersion: z.number().meta({ const: PROOF_VERSION }),
    maskbenchVersion: text,
    createdAt: text.describe('ISO 8601.'),
    seconds: figure.describe('That it took.'),
    device: text.describe('As asked for, e.g. cuda:0.'),
    gpu: z.exactOptional(gpu).describe('The card behind the device, where its driver tells.'),
    machine: z.object({
      cpu: text,
      cores: count,
      os: text,
      node: text,
      onnxruntime: text,
    }),
    models: z.array(z.object({ name: text, sha256: text, bytes: count, precision: text })),
    images: count.describe('That each model was shown.'),
    profile: text.describe('Of the timing: with quick no time is sealed.'),
    counts: z.object({ pass: count, fail: count, notKnown: count }),
    checks: z.array(proofCheck),
  })
  .meta({
    title: 'Maskbench GPU proof',
    description: 'What "maskbench gpu prove" found of a device: gpu-proof.json.',
  });

/** What was found of a device, check by check. */
export type GpuProof = Document<typeof gpuProofSchema>;

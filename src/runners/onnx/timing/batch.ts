import { MaskbenchError } from '../../../core/errors.js';
import type { Fed, Inferred } from '../../../models/feedings/feeding.js';
import type { RawTensor, Tensor } from '../../../models/pixels/tensor.js';
import type { OpenModel } from '../open-model.js';

interface BatchInferred {
  /** One per image. */
  readonly outputs: readonly RawTensor[];
  readonly parts?: Inferred['parts'];
}

/**
 * Several images in one inference: their tensors one after another along the first dimension, the output cut up again.
 *
 * @throws MaskbenchError `model.signature` where they cannot be put together or the model gives one result for all.
 */
export async function batched(infer: OpenModel['infer'], feds: readonly Fed[]): Promise<BatchInferred> {
  const [first] = feds;
  if (feds.length === 1) {
    const { output, parts } = await infer(first);
    return { outputs: [output], ...(parts === undefined ? {} : { parts }) };
  }
  const { output } = await infer({ tensor: stack(feds), prompts: [] });
  return { outputs: cut(output, feds.length) };
}

/** @throws MaskbenchError `model.signature` for prompts and for inputs of different sizes. */
export function stack(feds: readonly Fed[]): Tensor {
  const [{ tensor: first }] = feds;
  const tensors = feds.map(({ tensor }) => tensor);
  const same = tensors.every(({ dims, type }) => type === first.type && dims.join() === first.dims.join());
  if (!same || first.dims[0] !== 1 || feds.some(({ prompts }) => prompts.length > 0)) {
    throw new MaskbenchError('model.signature', 'these inputs cannot be put into one batch', {
      remedy: 'batches need one image a tensor, all of one size, and no prompts',
    });
  }
  const { length } = first.data;
  const data = new (first.data.constructor as new (size: number) => typeof first.data)(length * feds.length);
  for (const [i, tensor] of tensors.entries()) data.set(tensor.data, i * length);
  return { ...first, dims: [feds.length, ...first.dims.slice(1)], data } as Tensor;
}

function cut({ type, dims, data }: RawTensor, count: number): readonly RawTensor[] {
  if (dims[0] !== count) {
    throw new MaskbenchError('model.signature', `the model gives [${dims.join(', ')}] for ${count} images`, {
      remedy: `expected ${count} results: use batch 1`,
    });
  }
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => ({
    type,
    dims: [1, ...dims.slice(1)],
    data: data.subarray(i * size, (i + 1) * size),
  }));
}

import { MaskbenchError } from '../../core/errors.js';
import type { InputSpec } from '../spec/input-spec.js';
import type { Fed, Inferred, Network } from './feeding.js';

/**
 * A network with one image input, of which one output is read.
 *
 * @throws MaskbenchError `model.signature` where its inputs or outputs are not the spec's.
 */
export function connectSingle(
  network: Network,
  input: InputSpec,
  select: number | string,
): (fed: Fed) => Promise<Inferred> {
  const { path, inputs, outputs } = network;
  const [only, ...others] = inputs;
  if (only === undefined || others.length > 0) {
    throw signatureError(path, `the model has ${inputs.length} inputs`, 'expected one image input');
  }
  const wanted = typeof select === 'number' ? outputs[select] : select;
  if (wanted === undefined || !outputs.includes(wanted)) {
    throw signatureError(path, `no output ${select}`, `the model's outputs are ${outputs.join(', ')}`);
  }
  assertInputFits(network, input);
  return async ({ tensor }) => {
    const results = await network.run({ [only.name]: tensor }, [wanted]);
    return { output: results[wanted] };
  };
}

function assertInputFits({ path, inputs: [{ name, type, shape }] }: Network, input: InputSpec): void {
  const { width, height, layout, fit } = input;
  const side = (value: number): number | string => (fit === 'inside' ? 'any' : value);
  const dims = layout === 'nchw' ? [1, 3, side(height), side(width)] : [1, side(height), side(width), 3];
  const fits =
    shape.length === dims.length &&
    shape.every((size, i) => typeof size !== 'number' || size <= 0 || size === dims[i]);
  if ((fits || shape.length === 0) && (type === undefined || type === input.type)) return;
  throw signatureError(
    path,
    `the model's input "${name}" is ${type ?? 'unknown'} [${shape.join(', ')}]`,
    `the spec feeds ${input.type} [${dims.join(', ')}]`,
  );
}

export function signatureError(where: string, message: string, remedy: string): MaskbenchError {
  return new MaskbenchError('model.signature', message, { where, remedy });
}

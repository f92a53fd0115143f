import { describe, expect, it } from 'vitest';
import { MaskbenchError } from '../../src/core/errors.js';
import { isDiskFull, toError, toFailure } from '../../src/core/failure.js';

const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

describe('a failure', () => {
  it('keeps code, message with remedy, and place of an error of ours across a process border', () => {
    const error = new MaskbenchError('model.output', 'NaN everywhere', {
      where: 'm.onnx',
      remedy: 'look at it',
    });
    const arrived = toError(JSON.parse(JSON.stringify(toFailure(error))));
    expect(arrived).toMatchObject({
      code: 'model.output',
      message: 'NaN everywhere; look at it',
      where: 'm.onnx',
    });
  });

  it('is internal for what is not ours', () => {
    expect(toFailure(new TypeError('oops'))).toEqual({ code: 'internal', message: 'oops' });
    expect(toFailure('oops')).toEqual({ code: 'internal', message: 'oops' });
  });

  it('knows a full disk by its error number, also behind a cause', () => {
    expect(toFailure(noSpace()).code).toBe('disk.full');
    expect(isDiskFull(new Error('cannot write', { cause: noSpace() }))).toBe(true);
    expect(isDiskFull(new Error('no space left on device'))).toBe(false);
  });
});

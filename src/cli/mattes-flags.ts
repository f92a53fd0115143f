import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { EXPECTED_MATTES, KEPT_MATTES } from '../store/kept-mattes.js';

const kept = (text: string): string => {
  if (KEPT_MATTES.test(text)) return text;
  throw new InvalidArgumentError(`${EXPECTED_MATTES}.`);
};

export const mattesFlag = () =>
  new Option(
    '--mattes <which>',
    'which stay on the disk once they are scored: all, none, or worst:N of each model and dataset (default: all)',
  ).argParser(kept);

export interface RepredictFlags {
  readonly repredict?: true | undefined;
}

export const repredictFlag = () =>
  new Option(
    '--repredict',
    'predict cells again whose mattes were not kept and are needed; pictures are sent to services once more',
  );

import { Option } from '@commander-js/extra-typings';

/** What a run with services may be told. */
export interface ServiceFlags {
  readonly allowUpload?: true | undefined;
  readonly retryUnknown?: true | undefined;
}

export const allowUploadFlag = () =>
  new Option(
    '--allow-upload',
    'let pictures leave this machine for the services among the models; once for a run',
  );

export const retryUnknownFlag = () =>
  new Option(
    '--retry-unknown',
    'send pictures again that were, or perhaps were, paid for, and of which there is no matte',
  );

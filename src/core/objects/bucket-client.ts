import type { S3Client } from '@aws-sdk/client-s3';
import { MaskbenchError } from '../errors.js';
import { endpointUrl } from './bucket-errors.js';

/** The optional package that speaks with object storage. */
export type Sdk = typeof import('@aws-sdk/client-s3');

const clients = new Map<string, Promise<{ readonly client: S3Client; readonly sdk: Sdk }>>();

/**
 * One for the process, loaded when the first object is wanted.
 *
 * @throws MaskbenchError `source.unreachable` where nothing is to be asked for, `usage` where the package is not installed.
 */
export async function clientOf(): Promise<{ readonly client: S3Client; readonly sdk: Sdk }> {
  assertOnline();
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE } = process.env;
  const endpoint = endpointUrl();
  const told = JSON.stringify([endpoint, AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE]);
  const found = clients.get(told) ?? loadClient(endpoint, AWS_REGION || AWS_DEFAULT_REGION);
  clients.set(told, found);
  return found;
}

/** What says that nothing is to be asked for. */
function assertOnline(): void {
  if (!['1', 'true'].includes(process.env['MASKBENCH_OFFLINE'] ?? '')) return;
  throw new MaskbenchError('source.unreachable', 'this is in object storage, and MASKBENCH_OFFLINE is set', {
    remedy: 'leave it out, or name folders of this machine',
  });
}

async function loadClient(endpoint: string | undefined, region: string | undefined) {
  const sdk = await import('@aws-sdk/client-s3').catch((error: unknown) => {
    throw new MaskbenchError('usage', 'object storage needs @aws-sdk/client-s3, which is not installed', {
      remedy: 'npm install @aws-sdk/client-s3 where Maskbench is installed (with -g if that is)',
      cause: error,
    });
  });
  // Who runs a storage of his own seldom has regions; AWS has, and says so where none is set.
  const at = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  const client = new sdk.S3Client({
    ...(at === undefined ? {} : { region: at }),
    forcePathStyle: endpoint !== undefined,
    followRegionRedirects: true,
    maxAttempts: 5,
    // What is read and written has digests of its own; not every storage knows the sums that the client would add.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
  });
  return { client, sdk };
}

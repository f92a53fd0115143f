import { MaskbenchError, type ErrorCode } from '../errors.js';
import { systemCode } from '../system-code.js';

/** What a service or the client for it calls an error, and its HTTP status where there was an answer. */
interface Told {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

export function toldBy(error: unknown): Told {
  if (!(error instanceof Error)) return { name: '', message: String(error), status: undefined };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
}

/** What can be different at the next try, by what went wrong on the way. */
const ON_THE_WAY =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|UND_ERR\w*)$/;

/** Whether an answer was cut off, or none came. */
export function isCutOff(error: unknown): boolean {
  const { name, message, status } = toldBy(error);
  return (
    status === undefined &&
    (ON_THE_WAY.test(systemCode(error)) ||
      name === 'TimeoutError' ||
      /^aborted$|socket hang up/.test(message))
  );
}

/** The failures that have a name of their own, by what the service or the client calls them. */
const KNOWN: readonly {
  readonly names: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}[] = [
  {
    names: /^NoSuchBucket$/,
    code: 'source.unreachable',
    message: 'there is no such bucket',
    remedy: 'make it, or mend its name; AWS_ENDPOINT_URL_S3 says where it is looked for',
  },
  {
    names: /^(CredentialsProviderError|TokenProviderError|ProviderError)$/,
    code: 'source.forbidden',
    message: 'there are no credentials for it',
    remedy: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role',
  },
  {
    names:
      /^(AccessDenied|AllAccessDisabled|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|Unauthorized|403|401)$/,
    code: 'source.forbidden',
    message: 'the credentials are refused',
    remedy: 'they must be valid, and allow GetObject, PutObject, DeleteObject and ListBucket there',
  },
  {
    names: /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301)$/,
    code: 'usage',
    message: 'the bucket is in another region',
    remedy: 'set AWS_REGION to that of the bucket',
  },
  {
    names: /^RequestTimeTooSkewed$/,
    code: 'source.forbidden',
    message: 'the clock of this machine is wrong',
    remedy: 'set it: requests are signed with the time',
  },
  {
    names: /^(SlowDown|ServiceUnavailable|InternalError|RequestTimeout|Throttling\w*|TooManyRequests\w*)$/,
    code: 'source.transient',
    message: 'the object storage is overloaded or out of order',
    remedy: 'try again later',
  },
  {
    names: /^PreconditionFailed$/,
    code: 'data.unreadable',
    message: 'it was changed while it was read',
    remedy: 'objects of a run must stay as they are; try again once nobody writes there',
  },
];

/**
 * Why a request to a bucket failed, in one line that names the place. What the client threw goes no further: it holds the
 * request, with its signature.
 */
export function explainBucketError(error: unknown, where: string): unknown {
  if (error instanceof MaskbenchError || (error instanceof Error && 'errno' in error && 'path' in error))
    return error;
  const { name, message, status } = toldBy(error);
  if (name === 'AbortError') return new MaskbenchError('cancelled', 'interrupted', { where });
  const known = KNOWN.find(({ names }) => names.test(name) || names.test(String(status)));
  if (known !== undefined) {
    const { code, remedy } = known;
    return new MaskbenchError(code, `${known.message}${said(name)}`, { where, remedy });
  }
  const url = endpointUrl();
  if (url !== undefined && !URL.canParse(url)) {
    return new MaskbenchError('usage', 'AWS_ENDPOINT_URL_S3 is no URL', {
      where,
      remedy: 'expected https://host, or https://host:port',
    });
  }
  if (/region/i.test(message) && status === undefined) {
    return new MaskbenchError('usage', 'no region is set', { where, remedy: 'set AWS_REGION' });
  }
  if (isCutOff(error) || (status !== undefined && status >= 500)) {
    const reason = status === undefined ? systemCode(error) || name : `status ${status}`;
    return new MaskbenchError(
      'source.transient',
      `the object storage${endpoint()} does not answer (${reason})`,
      { where, remedy: 'see whether AWS_ENDPOINT_URL_S3 and the network are right, and try again' },
    );
  }
  return new MaskbenchError(
    'source.unreachable',
    `the object storage refused: ${name}${status === undefined ? '' : `, status ${status}`}: ${withoutSecrets(message)}`,
    { where },
  );
}

const said = (name: string): string => (/^[A-Z][A-Za-z]+$/.test(name) ? ` (${name})` : '');

/** The host alone: an address may have credentials in it. */
function endpoint(): string {
  const url = endpointUrl();
  if (url === undefined) return '';
  return ` at ${new URL(url).host}`;
}

/** Of a service that is not AWS's own. */
export function endpointUrl(): string | undefined {
  return process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL'] || undefined;
}

function withoutSecrets(text: string): string {
  const secrets = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID']
    .map((name) => process.env[name])
    .filter((value) => value !== undefined && value !== '');
  return secrets
    .reduce((safe: string, secret) => safe.replaceAll(String(secret), '***'), text)
    .replaceAll(/\/\/[^/\s@]*@/g, '//');
}

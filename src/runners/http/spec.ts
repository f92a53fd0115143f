import { z } from 'zod';
import { holdsLogin, namesSecret } from '../../core/secrets.js';
import { modelFields } from '../../models/spec/spec.js';

const seconds = z.number().positive().max(86_400);
/** `output.0`: names and numbers with full stops between them. */
const jsonPath = z.string().regex(/^[^.]+(\.[^.]+)*$/, 'names with full stops between them: output.0');

/** Headers whose name says that they hold a secret; what is written in a spec is written in every run. */
const SECRET_HEADER = /auth|key|token|secret|cookie|password/i;
export const SECRET = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

const IN_HEADER =
  'a secret stands in a header alone, as ${NAME}: what else a spec says is written in every run';

const withoutSecrets = z
  .string()
  .refine((text) => !text.includes('${'), 'a secret stands in a header alone: ${NAME} is not replaced here');

/** An address, perhaps with words in braces that are replaced. */
const address = withoutSecrets
  .regex(/^https?:\/\//, 'expected an http or https address')
  .refine((text) => URL.canParse(filledIn(text)), 'this is no address')
  .refine((text) => {
    if (!URL.canParse(filledIn(text))) return true;
    const names = [...new URL(filledIn(text)).searchParams.keys()];
    return !holdsLogin(filledIn(text)) && !names.some((name) => namesSecret(name) || name === 'key');
  }, IN_HEADER);

const filledIn = (template: string): string => template.replaceAll(/\{[a-z-]+\}/g, 'x');

const withoutSecretFields = <T extends z.ZodType<Readonly<Record<string, unknown>>>>(fields: T): T =>
  fields.refine((given) => !Object.keys(given).some(namesSecret), IN_HEADER);

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'no header can have this name');
const sentHeader = headerName.refine(
  (name) => !/^(connection|content-length|host|keep-alive|transfer-encoding|upgrade)$/i.test(name),
  'the connection itself sets this header',
);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** As deep as inputs of services are: a value, or a list of values. */
const plain = z.union([scalar, z.array(scalar)]);

const bodySchema = z.discriminatedUnion('as', [
  z.strictObject({
    as: z.literal('raw').describe('The bytes of the picture’s file and nothing else.'),
  }),
  z.strictObject({
    as: z.literal('multipart').describe('A form with the picture’s file as one of its fields.'),
    field: z.string().min(1).describe('The field that the picture’s file stands in.'),
    fields: withoutSecretFields(z.record(z.string(), withoutSecrets))
      .default({})
      .describe('The other fields.'),
  }),
  z.strictObject({
    as: z.literal('json').describe('JSON with the picture at a path in it.'),
    image: jsonPath.describe('Where the picture stands in it.'),
    form: z
      .enum(['base64', 'data-url', 'url'])
      .default('base64')
      .describe('How it stands there; url: its public address (pictures), and the file stays here.'),
    fields: withoutSecretFields(
      z.record(z.string(), z.union([plain, withoutSecretFields(z.record(z.string(), plain))])),
    )
      .default({})
      .describe('What else is in it, as it is.'),
  }),
]);

const answerSchema = z.discriminatedUnion('as', [
  z.strictObject({ as: z.literal('image').describe('The answer is the picture.') }),
  z.strictObject({
    as: z.literal('json').describe('JSON with the picture at a path in it: base64, or a data URL.'),
    path: jsonPath.describe('Where.'),
  }),
  z.strictObject({
    as: z.literal('url').describe('JSON with an address at a path in it, where the picture is fetched.'),
    path: jsonPath.describe('Where; of a list the first.'),
  }),
]);

const pollSchema = z
  .strictObject({
    url: jsonPath.default('urls.get').describe('Where in the first answer the address is that is asked.'),
    status: jsonPath.default('status').describe('Where an answer says how far it is.'),
    succeeded: z.array(z.string()).min(1).default(['succeeded']).describe('What it says at the end.'),
    failed: z
      .array(z.string())
      .min(1)
      .default(['failed', 'canceled'])
      .describe('What it says where nothing more will come.'),
    error: jsonPath.default('error').describe('Where it then says why.'),
    everySeconds: seconds.default(1).describe('How often it is asked.'),
    withinSeconds: seconds.default(300).describe('After which it is given up, of unknown outcome.'),
  })
  .describe('The service answers at once, and is asked until it is done.');

const keySchema = z.strictObject({
  key: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, 'a colour as #00ff00')
    .describe('The colour of the background.'),
  tolerance: z.int().min(0).max(255).default(0).describe('How far each of red, green and blue may be off.'),
});

const carriesPicture = ({ body }: { readonly body?: z.output<typeof bodySchema> | undefined }): boolean =>
  body !== undefined && !(body.as === 'json' && body.form === 'url');

const httpSchema = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT']).default('POST').describe('How it is asked.'),
    url: address.describe(
      'Its address. {url} in it is the public address of the picture (pictures), {encoded-url} the same with what has a meaning in an address replaced.',
    ),
    pictures: address
      .optional()
      .describe(
        'The public address of a picture, with {dataset}, {id} and {file} (the file’s name) replaced: the service fetches it itself.',
      ),
    headers: z
      .record(sentHeader, z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'no header can hold this'))
      .default({})
      .refine(
        (headers) =>
          Object.entries(headers).every(([name, value]) => !SECRET_HEADER.test(name) || value.includes('${')),
        'a secret is taken from the environment: ${NAME}',
      )
      .describe(
        'Sent to this service alone. ${NAME} is replaced by a variable of the environment, whose value is written nowhere.',
      ),
    body: bodySchema.optional().describe('What is sent: raw, a form (multipart) or json. Default: nothing.'),
    poll: pollSchema.optional(),
    answer: answerSchema.prefault({ as: 'image' }).describe('Where in the answer the picture is.'),
    matte: z
      .union([z.enum(['alpha', 'luma']), keySchema])
      .default('alpha')
      .describe(
        'How the picture becomes a matte: its alpha, its brightness, or all that is not of a colour.',
      ),
    version: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Which version of the service it is, where that can be chosen or is known: part of what the model is.',
      ),
    tellingHeaders: z
      .array(headerName)
      .default(['server', 'etag', 'x-version', 'x-model-version', 'x-api-version'])
      .describe('Headers of its answers that are recorded: that they change says that the service has.'),
    idempotencyHeader: sentHeader
      .optional()
      .describe(
        'A header by which the service knows a call that it has had; the same for every call of a cell.',
      ),
    price: z
      .strictObject({
        perCall: z.number().positive().describe('Of one call.'),
        currency: z
          .string()
          .regex(/^[A-Z]{3}$/, 'three letters: USD')
          .describe('By ISO 4217.'),
      })
      .optional()
      .describe('What a call costs; whatever is refused counts as well.'),
    maximumCost: z
      .number()
      .positive()
      .optional()
      .describe('What a run may spend on it, in the price’s currency. No call is made that could go beyond.'),
    concurrency: z.int().min(1).max(64).default(2).describe('So many calls at once.'),
    perMinute: z.number().positive().optional().describe('So many calls a minute at most.'),
    attempts: z
      .int()
      .min(1)
      .max(10)
      .default(4)
      .describe('So often a picture is sent where the service says "later" (429, 5xx); each is a call.'),
    firstByteSeconds: seconds.default(60).describe('It must connect, and begin to answer, within.'),
    wholeSeconds: seconds.default(120).describe('Its answer must be there whole within.'),
    maximumMegabytes: z
      .number()
      .positive()
      .max(1000)
      .default(64)
      .describe('The largest answer that is read, in 1,000,000 bytes.'),
  })
  .refine(({ price, maximumCost }) => (price === undefined) === (maximumCost === undefined), {
    path: ['maximumCost'],
    error: 'price and maximumCost go together: what a call costs, and what all may',
  })
  .refine(({ poll, answer }) => poll === undefined || answer.as !== 'image', {
    path: ['answer'],
    error: 'a service that is polled answers in JSON: as json or url, with a path',
  })
  .refine(({ method, body }) => method !== 'GET' || body === undefined, {
    path: ['body'],
    error: 'a GET has no body',
  })
  .refine((http) => carriesPicture(http) || isNamed(http), {
    path: ['body'],
    error: 'nothing says which picture it is: send it in a body, or name its address ({url}, or form: url)',
  })
  .refine((http) => http.pictures !== undefined || !isNamed(http), {
    path: ['pictures'],
    error: 'the public address of a picture is asked for, and not said',
  });

function isNamed({
  url,
  body,
}: {
  readonly url: string;
  readonly body?: z.output<typeof bodySchema> | undefined;
}): boolean {
  return /\{(encoded-)?url\}/.test(url) || (body?.as === 'json' && body.form === 'url');
}

/** The spec of a model that is a service. */
export const httpModelSchema = z.strictObject({
  ...modelFields,
  feeding: z
    .literal('http')
    .describe('A service that takes a picture and answers with a matte or a cut-out.'),
  http: httpSchema.describe('How it is called (docs/services.md).'),
});
export type HttpSpec = z.output<typeof httpModelSchema>;
export type Service = HttpSpec['http'];

/** The service that pictures leave this machine for; undefined where it is told their public addresses. */
export function uploadsTo(service: Service): string | undefined {
  return carriesPicture(service) ? originOf(service.url) : undefined;
}

/** Of an address all that may be said of it: what follows may sign it. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'an address that is none';
}

/** The three contracts of `service-server.ts` as specs, with the secret taken from MASKBENCH_TEST_SECRET. */
export const CONTRACTS = {
  cloudflare: (origin: string) => ({
    method: 'GET',
    url: `${origin}/cdn-cgi/image/segment=foreground,format=png/{url}`,
    pictures: 'https://pictures.example.com/{dataset}/{id}.jpg',
    matte: 'alpha',
  }),
  removebg: (origin: string) => ({
    url: `${origin}/v1.0/removebg`,
    headers: { 'X-Api-Key': '${MASKBENCH_TEST_SECRET}' },
    body: { as: 'multipart', field: 'image_file', fields: { size: 'full', format: 'png' } },
    matte: 'alpha',
  }),
  replicate: (origin: string) => ({
    url: `${origin}/v1/predictions`,
    headers: { Authorization: 'Bearer ${MASKBENCH_TEST_SECRET}' },
    body: {
      as: 'json',
      image: 'input.image',
      form: 'data-url',
      fields: { version: 'abc', input: { scale: 1 } },
    },
    poll: { everySeconds: 0.05, withinSeconds: 20 },
    answer: { as: 'url', path: 'output' },
    matte: 'alpha',
    idempotencyHeader: 'Idempotency-Key',
  }),
} as const;

export type Contract = keyof typeof CONTRACTS;

export const SECRET = 'hush-0c5e9a-not-to-be-seen';

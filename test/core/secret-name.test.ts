import { expect, it } from 'vitest';
import { namesSecret } from '../../src/core/secret-name.js';

it.each([
  'HF_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'OPENAI_APIKEY',
  'REMOVE_BG_API_KEY',
  'DB_PASSWORD',
  'password',
  'SECRET',
])('%s is called as a secret is', (name) => expect(namesSecret(name)).toBe(true));

it.each([
  'TOKENIZERS_PARALLELISM',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
  'MAX_TOKENS',
  'MONKEY',
  'KEYBOARD',
  'CUDA_VISIBLE_DEVICES',
])('%s is not', (name) => expect(namesSecret(name)).toBe(false));

import { expect, it } from 'vitest';
import { holdsLogin, namesSecret, namesSecretVariable } from '../../src/core/secrets.js';

it.each([
  'HF_TOKEN',
  'HF_TOKEN_2',
  'accessToken',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'OPENAI_APIKEY',
  'REMOVE_BG_API_KEY',
  'API_KEY_1',
  'API-KEY',
  'DB_PASSWORD',
  'PGPASSWORD',
  'GPG_PASSPHRASE',
  'password',
  'CLIENTSECRET',
])('%s is called as a secret is, wherever it stands', (name) => {
  expect(namesSecret(name)).toBe(true);
  expect(namesSecretVariable(name)).toBe(true);
});

it.each(['OPENAI_KEY', 'MYSQL_PWD', 'SMTP_PASS', 'GITHUB_PAT'])('%s is, as a variable', (name) => {
  expect(namesSecret(name)).toBe(false);
  expect(namesSecretVariable(name)).toBe(true);
});

it.each([
  'TOKENIZERS_PARALLELISM',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
  'AWS_KMS_KEY_ID',
  'PUBLIC_KEY',
  'MAX_TOKENS',
  'max_tokens',
  'keypoints',
  'PWD',
  'MONKEY',
  'KEYBOARD',
  'BYPASS',
  'DISPLAY_COMPAT',
  'CUDA_VISIBLE_DEVICES',
])('%s is not', (name) => expect(namesSecretVariable(name)).toBe(false));

it.each([
  ['https://me:word@storage/x', true],
  ['http://word@proxy:80', true],
  ['https://storage/x', false],
  ['me:word', false],
  ['eu-west-1', false],
])('%s holds a login: %s', (text, holds) => expect(holdsLogin(text)).toBe(holds));

import { randomBytes } from 'node:crypto';
import { holdsSecret, isSecretName, isSecretParameter } from './secret-texts.js';

it.each(['apikeys', 'apiKey', 'API_KEY_2', 'x-api-key', 'authToken', 'SASToken', 'dbPassword', 'clientSecretProd'])(
  '%s is the name of a secret',
  (name) => expect(isSecretName(name)).toBe(true),
);

it.each(['Credentials', 'X-Amz-Signature', 'connectionStringProd', 'storage_connection_string', 'keyOfService', 'sig'])(
  '%s is the name of a secret',
  (name) => expect(isSecretName(name)).toBe(true),
);

it.each(['index', 'keywords', 'tokenizer', 'author', 'languageCode', 'passages', 'design', ''])('%j is not', (name) =>
  expect(isSecretName(name)).toBe(false),
);

it.each([
  ['code', true],
  ['ticket', true],
  ['access_token', true],
  ['page', false],
  ['codec', false],
])('%s as a query parameter: %s', (name, expected) => expect(isSecretParameter(name)).toBe(expected));

it.each([
  'sk-proj-abcdefghijklmnop',
  'Bearer abcdefgh12345678',
  'Basic dXNlcjpwYXNz',
  'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  'https://user:pass@example.com/',
  'postgres://user@db/name',
  'AccountName=a;AccountKey=abc123==;EndpointSuffix=core.windows.net',
  'https://a.example/blob?sv=1&sig=abcd',
  '-----BEGIN PRIVATE KEY-----\nMII',
  'Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5',
  randomBytes(64).toString('base64'),
  randomBytes(64).toString('hex'),
])('%s looks like a secret', (text) => expect(holdsSecret(text)).toBe(true));

it.each([
  'documents',
  'customer-documents-2026-production',
  'MyIndexForProduction2026InGermany',
  '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e',
  'https://example.com/tools/orders?page=2',
  'Answer briefly. The basic information is in the bearer of the key = a.',
  '12345678901234567890123456',
  '',
])('%s does not', (text) => expect(holdsSecret(text)).toBe(false));

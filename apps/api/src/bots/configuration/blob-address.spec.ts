import { blobAddressOf } from './blob-address.js';

it.each([
  [
    'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0PT0=;EndpointSuffix=core.windows.net',
    'https://acme.blob.core.windows.net/',
  ],
  ['AccountName=acme;AccountKey=c2VjcmV0', 'https://acme.blob.core.windows.net/'],
  [
    'BlobEndpoint=https://acme.blob.core.windows.net/;SharedAccessSignature=sv=2022&sig=c2VjcmV0',
    'https://acme.blob.core.windows.net/',
  ],
  ['https://acme.blob.core.windows.net/container?sig=c2VjcmV0', 'https://acme.blob.core.windows.net/container'],
  ['https://user:c2VjcmV0@acme.example/', 'https://acme.example/'],
  ['AccountKey=c2VjcmV0', ''],
  ['c2VjcmV0', ''],
  ['', ''],
])('finds the address in %s and no secret', (connection, address) => {
  expect(blobAddressOf(connection)).toBe(address);
  expect(blobAddressOf(connection)).not.toContain('c2VjcmV0');
});

import { entraDefaultsOf } from './azure-clouds.js';

// https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
it.each([
  ['https://x.openai.azure.com/openai/v1', 'https://login.microsoftonline.com', 'azure.com'],
  ['https://x.openai.azure.us/openai/v1', 'https://login.microsoftonline.us', 'azure.us'],
  ['https://x.openai.azure.cn/openai/v1', 'https://login.chinacloudapi.cn', 'azure.cn'],
  [
    'https://gateway.example/openai/deployments?api-version=2024-10-21',
    'https://login.microsoftonline.com',
    'azure.com',
  ],
])('applications for %s get their tokens at %s', (endpoint, loginUrl, cloud) =>
  expect(entraDefaultsOf(endpoint)).toEqual({ loginUrl, scope: `https://cognitiveservices.${cloud}/.default` }),
);

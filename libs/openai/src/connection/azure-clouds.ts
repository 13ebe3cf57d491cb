import type { EntraApplication } from './entra-tokens.js';

type Defaults = Pick<EntraApplication, 'loginUrl' | 'scope'>;

/** By the ending of an endpoint's host: the clouds of the United States' government and of China, and the public one. */
const CLOUDS: readonly (readonly [ending: string, Defaults])[] = [
  ['.us', { loginUrl: 'https://login.microsoftonline.us', scope: 'https://cognitiveservices.azure.us/.default' }],
  ['.cn', { loginUrl: 'https://login.chinacloudapi.cn', scope: 'https://cognitiveservices.azure.cn/.default' }],
  ['', { loginUrl: 'https://login.microsoftonline.com', scope: 'https://cognitiveservices.azure.com/.default' }],
];

/** Where applications that are to use an endpoint get their tokens, and what these are for. */
export const entraDefaultsOf = (endpoint: string): Defaults =>
  CLOUDS.find(([ending]) => new URL(endpoint).hostname.endsWith(ending))![1];

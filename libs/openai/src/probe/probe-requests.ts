import type { ProviderCapabilities, ProviderConnection, ProviderRequest, ProviderTool } from '../provider.types.js';

/** Everything is taken to work until a service shows that it does not. */
export const defaultCapabilities = (): ProviderCapabilities => ({
  streaming: true,
  streamingUsage: true,
  tools: true,
  jsonSchema: true,
  images: true,
});

/** The least that every service accepts as a limit. */
const FEW_TOKENS = 16;
const SOME_TOKENS = 256;

const PING: ProviderTool = {
  name: 'ping',
  description: 'Answers with pong.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
};
const PONG: ProviderTool = { ...PING, name: 'pong', description: 'Answers with ping.' };
const OK_SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' } },
  required: ['ok'],
  additionalProperties: false,
};
export const BLUE_SQUARE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mOwqbhBU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAM6+MFuj2sCtAAAAAElFTkSuQmCC';

type Message = Extract<ProviderRequest['items'][number], { type: 'message' }>;
const message = (role: Message['role'], text: string): Message => ({ type: 'message', role, text });

/** What every bot sends from its second answer on. */
export const conversation = (connection: ProviderConnection, model: string): ProviderRequest => ({
  connection,
  model,
  instructions: 'You answer briefly.',
  items: [message('user', 'Hello.'), message('assistant', 'Hello, how can I help?'), message('user', 'Say OK.')],
  tools: [],
  temperature: null,
  maxOutputTokens: FEW_TOKENS,
  parameters: { promptCacheKey: 'probe', safetyIdentifier: 'probe' },
});

export const withTool = (request: ProviderRequest): ProviderRequest => ({
  ...request,
  items: [...request.items.slice(0, -1), message('user', 'Call the tool ping.')],
  tools: [PING],
  maxOutputTokens: SOME_TOKENS,
});

export const withTwoTools = (request: ProviderRequest): ProviderRequest => ({
  ...withTool(request),
  items: [...request.items.slice(0, -1), message('user', 'Call the tools ping and pong, both at once.')],
  tools: [PING, PONG],
});

export const withSchema = (request: ProviderRequest): ProviderRequest => ({
  ...request,
  items: [message('user', 'Answer with {"ok": true}.')],
  parameters: { ...request.parameters, answerSchema: OK_SCHEMA },
  maxOutputTokens: SOME_TOKENS,
});

export const withImage = (request: ProviderRequest): ProviderRequest => ({
  ...request,
  items: [message('user', 'Say OK.')],
});

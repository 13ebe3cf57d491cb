import type { ProviderDialect } from '../provider.types.js';
import { chatCompletionsAdapter } from './chat-completions/chat-completions-adapter.js';
import type { DialectAdapter } from './dialect-adapter.js';
import { responsesAdapter } from './responses/responses-adapter.js';

/** Every dialect by its name, in the order in which the probe prefers them. */
export const DIALECTS: Readonly<Record<ProviderDialect, DialectAdapter>> = {
  responses: responsesAdapter,
  chat_completions: chatCompletionsAdapter,
};

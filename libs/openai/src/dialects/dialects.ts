import { MODEL_DIALECTS } from '@app/contracts';
import type { ProviderDialect } from '../provider.types.js';
import { anthropicMessagesAdapter } from './anthropic-messages/anthropic-messages-adapter.js';
import { chatCompletionsAdapter } from './chat-completions/chat-completions-adapter.js';
import type { DialectAdapter } from './dialect-adapter.js';
import { responsesAdapter } from './responses/responses-adapter.js';

/** Every dialect by its name. */
export const DIALECTS: Readonly<Record<ProviderDialect, DialectAdapter>> = {
  responses: responsesAdapter,
  chat_completions: chatCompletionsAdapter,
  anthropic_messages: anthropicMessagesAdapter,
};

/** The dialect of the service's own maker, if it has one. */
export const nativeDialectOf = (baseUrl: string): DialectAdapter | undefined =>
  Object.values(DIALECTS).find(({ home }) => home !== undefined && new URL(baseUrl).origin === home);

/** In the order in which they are tried: the native one first. */
export function dialectsFor(baseUrl: string): ProviderDialect[] {
  const native = nativeDialectOf(baseUrl);
  const isNative = (name: ProviderDialect): number => Number(DIALECTS[name] === native);
  return MODEL_DIALECTS.toSorted((a, b) => isNative(b) - isNative(a));
}

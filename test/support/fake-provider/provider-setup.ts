import { ProviderError } from '../../../libs/openai/src/errors/provider-error.js';
import { OpenAiProvider } from '../../../libs/openai/src/openai-provider.js';
import { defaultCapabilities } from '../../../libs/openai/src/probe/probe-requests.js';
import type { ProviderDialect, ProviderEvent, ProviderRequest } from '../../../libs/openai/src/provider.types.js';
import { FakeProvider } from './fake-provider.mjs';

export const KEY = 'sk-test-0123456789abcdef';
export const DIALECTS: ProviderDialect[] = ['responses', 'chat_completions', 'anthropic_messages'];
export const never = new AbortController().signal;
export const notStreaming = { ...defaultCapabilities(), streaming: false, streamingUsage: false };

export const textOf = (events: ProviderEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');

/** A provider without much patience, and the service that it calls. */
export class ProviderSetup {
  readonly fake = new FakeProvider({ apiKey: KEY });
  provider = ProviderSetup.newProvider();

  private static newProvider(): OpenAiProvider {
    return new OpenAiProvider({ headersTimeoutMs: 300, bodyIdleTimeoutMs: 300, wholeAnswerTimeoutMs: 300 });
  }

  async start(): Promise<void> {
    await this.fake.start();
  }

  /** A new provider for the next test. */
  async reset(): Promise<void> {
    await this.provider.onApplicationShutdown();
    this.provider = ProviderSetup.newProvider();
    this.fake.reset();
  }

  stop(): Promise<void> {
    return this.fake.stop();
  }

  request(dialect: ProviderDialect, message: string, more: Partial<ProviderRequest> = {}): ProviderRequest {
    const { baseUrl } = this.fake;
    return {
      connection: { baseUrl, apiKey: KEY, isAzure: false, dialect, capabilities: defaultCapabilities() },
      model: 'fake-large',
      instructions: 'Be brief.',
      items: [{ type: 'message', role: 'user', text: message }],
      tools: [],
      temperature: null,
      maxOutputTokens: null,
      ...more,
    };
  }

  async collect(asked: ProviderRequest, signal = never): Promise<ProviderEvent[]> {
    const events: ProviderEvent[] = [];
    for await (const event of this.provider.stream(asked, signal)) events.push(event);
    return events;
  }

  /** How a request fails, and what came before. */
  async failure(asked: ProviderRequest): Promise<{ text: string; error: ProviderError }> {
    let text = '';
    try {
      for await (const event of this.provider.stream(asked, never)) if (event.type === 'text') text += event.text;
    } catch (error) {
      if (error instanceof ProviderError) return { text, error };
      throw error;
    }
    throw new Error('The stream did not fail.');
  }
}

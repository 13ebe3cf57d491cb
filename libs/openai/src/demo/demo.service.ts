import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ChatCompletionRequest, FixtureResponse, LLMock } from '@copilotkit/aimock';
import { demoAnswer } from './demo-brain.js';

/** The only model the demo lists. */
export const DEMO_MODEL = 'baton-demo';

/** About the pace of a model: 45 pieces of four characters a second. */
const PACE = { ttft: 200, tps: 45, jitter: 0.3 };
const CHARACTERS_PER_PIECE = 4;

/**
 * An OpenAI-compatible server inside this process that answers from a script, for a first look without a key. It listens on
 * the loopback interface only, and nothing of it is loaded before it is started.
 */
@Injectable()
export class DemoService implements OnApplicationShutdown {
  private server: LLMock | null = null;
  private starting: Promise<{ baseUrl: string }> | null = null;

  /** Starts it once, however often it is called; the base URL is that of an OpenAI-compatible service. */
  start(): Promise<{ baseUrl: string }> {
    this.starting ??= this.listen();
    return this.starting;
  }

  async stop(): Promise<void> {
    await this.starting;
    this.starting = null;
    const { server } = this;
    this.server = null;
    await server?.stop();
  }

  /** Not before running answers have had their time to finish. */
  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  private async listen(): Promise<{ baseUrl: string }> {
    const { LLMock } = await import('@copilotkit/aimock');
    const server = new LLMock({
      host: '127.0.0.1',
      port: 0,
      logLevel: 'silent',
      chunkSize: CHARACTERS_PER_PIECE,
      journalMaxEntries: 1,
    });
    // The first is what it lists; the other one answers for every name that a bot may bring along.
    for (const match of [{ model: DEMO_MODEL, endpoint: 'chat' as const }, { endpoint: 'chat' as const }])
      server.addFixture({ match, response: respond, streamingProfile: PACE });
    await server.start();
    this.server = server;
    return { baseUrl: `http://127.0.0.1:${server.port}/v1` };
  }
}

function respond(request: ChatCompletionRequest): FixtureResponse {
  const usage = (output: string) => ({
    prompt_tokens: estimate(request.messages.map((message) => textOf(message.content)).join('')),
    completion_tokens: estimate(output),
  });
  if (request.tool_choice === 'required' && request.tools?.[0]) {
    return { toolCalls: [{ name: request.tools[0].function.name, arguments: '{}' }], usage: usage('{}') };
  }
  const question = request.messages.findLast((message) => message.role === 'user');
  const content = demoAnswer(textOf(question?.content ?? null));
  return { content, usage: usage(content) };
}

function textOf(content: ChatCompletionRequest['messages'][number]['content']): string {
  return typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join(' ');
}

/** Good enough for a demo, and does not load the tokenizer. */
const estimate = (text: string): number => Math.ceil(text.length / 4);

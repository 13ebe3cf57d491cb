import type { ChatEventEnvelope } from '@app/contracts';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatServer } from '../../support/chat-server.js';
import type { JournalEntry, Scenario } from '../../support/fake-provider/fake-provider.mjs';
import type { Body } from '../chats/chats.support.js';
import { Person } from '../takeover/takeover.support.js';

export interface ToolRequest {
  path: string;
  headers: IncomingHttpHeaders;
  json: unknown;
}

type Answering = (response: ServerResponse, request: ToolRequest) => void;

/** The server of tools: answers by path, and records its requests. */
export class ToolServer {
  readonly requests: ToolRequest[] = [];
  /** Paths of calls that we hung up on. */
  readonly abandoned: string[] = [];
  private readonly answers = new Map<string, Answering>();
  private readonly server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const received = {
        path: request.url!,
        headers: request.headers,
        json: JSON.parse(Buffer.concat(parts).toString()) as unknown,
      };
      this.requests.push(received);
      response.on('close', () => {
        if (!response.writableFinished) this.abandoned.push(received.path);
      });
      this.answers.get(received.path)?.(response, received);
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  urlOf(path: string): string {
    return `http://${this.host}${path}`;
  }

  /** A path without an answer leaves its callers waiting. */
  answer(path: string, answering: Answering | object): this {
    const fixed = JSON.stringify(answering);
    const send: Answering = (response) => response.setHeader('content-type', 'application/json').end(fixed);
    this.answers.set(path, typeof answering === 'function' ? (answering as Answering) : send);
    return this;
  }

  reset(): void {
    this.requests.length = 0;
    this.abandoned.length = 0;
    this.answers.clear();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const SECRET = 'Bearer very-secret-0123456789';

export const toolsOf = (botId: string): string => `/api/admin/bots/${botId}/tools`;

/** A tool with an address of the tool server, as it is sent to us. */
export const orderTool = (tools: ToolServer, changes: Body = {}): Body => ({
  name: 'find_order',
  description: 'Finds an order.',
  parameters: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  url: tools.urlOf('/orders'),
  ...changes,
});

export const secretsNamed = (...names: string[]): Body => ({
  secretHeaders: names.map((name) => ({ name, value: SECRET })),
});

/** The bot that answers `createChat()`. */
export async function welcomeBotOf(server: ChatServer): Promise<string> {
  const { body } = await server.asAdmin<{ items: { botId: string }[] }>('GET', '/api/admin/bots');
  return body.items[0]!.botId;
}

/** What the model was told by its tools in a request, in either dialect. */
export function toolOutputs({ body }: JournalEntry): unknown[] {
  const items = (body['messages'] ?? body['input']) as Record<string, unknown>[];
  return items
    .filter(({ role, type }) => role === 'tool' || type === 'function_call_output')
    .map(({ content, output }) => content ?? output);
}

/** The names of the tools that a request offers. */
export function offeredTools({ body }: JournalEntry): string[] {
  const tools = (body['tools'] ?? []) as { name?: string; function?: { name: string } }[];
  return tools.map(({ name, function: described }) => name ?? described!.name);
}

/** A call as the model makes it. */
export const call = (name: string, args: unknown = {}) => ({
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});

export const toolEvents = (events: ChatEventEnvelope[]) => events.filter(({ type }) => type.startsWith('tool.'));

/** A server whose welcome bot is given tools, and an agent who sees what they are told. */
export class ToolSetup {
  private constructor(
    readonly tools: ToolServer,
    readonly server: ChatServer,
    readonly agent: Person,
    readonly botId: string,
  ) {}

  static async start(): Promise<ToolSetup> {
    const tools = new ToolServer();
    await tools.start();
    const server = await ChatServer.start({ OUTBOUND_ALLOW_HOSTS: tools.host });
    const agent = await Person.create(server, 'Ada', ['agent']);
    return new ToolSetup(tools, server, agent, await welcomeBotOf(server));
  }

  private get path(): string {
    return toolsOf(this.botId);
  }

  async addTool(name: string, changes: object = {}): Promise<string> {
    const url = this.tools.urlOf(`/${name}`);
    const parameters = { type: 'object', properties: {} };
    const tool = { name, description: `Does ${name}.`, parameters, url, ...changes };
    const { status, body } = await this.server.asAdmin('POST', this.path, tool);
    if (status !== 200) throw new Error(`The tool was not added: ${JSON.stringify(body)}`);
    return String(body['botToolId']);
  }

  script(scenario: Scenario): void {
    this.server.provider.script('default', { text: 'Done.', ...scenario });
  }

  async variablesOf(chatId: string): Promise<unknown> {
    return (await this.server.call('GET', `/api/chats/${chatId}/variables`)).body['variables'];
  }

  /** Takes away what a test has added. */
  async reset(): Promise<void> {
    this.tools.reset();
    this.server.provider.reset();
    const { body } = await this.server.asAdmin<{ tools: { botToolId: string }[] }>('GET', this.path);
    for (const { botToolId } of body.tools) await this.server.asAdmin('DELETE', `${this.path}/${botToolId}`);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.tools.stop();
  }
}

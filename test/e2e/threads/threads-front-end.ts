import { io, type Socket } from 'socket.io-client';
import { EventStream } from '../../support/event-stream.js';
import { HttpClient } from '../../support/http-client.js';

interface WireMessage {
  role: string;
  created_at: number;
  content: { type: string; text: { value: string; annotations: unknown[] } }[];
}

interface WireThread {
  _id?: string;
  id: string;
  created_at: number;
  status: string;
}

interface WireTool {
  type: string;
  function: {
    name: string;
    description: string;
    url: string;
    parameters: { properties: Record<string, object>; required: string[] };
  };
}

interface WireAssistant {
  id: string;
  name: string;
  instructions: string;
  model: string;
  tools: WireTool[];
}

/** What the socket sends; which members an event has is documented by its name. */
interface Received {
  thread_id: string;
  status: string;
  message: WireMessage;
}

/** What the form of an assistant starts with: one tool that has not been filled in. */
const UNFILLED_TOOL: WireTool = {
  type: 'function',
  function: { name: '', description: '', parameters: { properties: {}, required: [] }, url: '' },
};

/** Reads a payload as the front end does: by its members, without asking whether they are there. */
const textOf = (message: WireMessage): string => message.content.map(({ text }) => text.value.trim()).join('\n');
const lineOf = (message: WireMessage): string => `${message.role.toUpperCase()}: ${textOf(message)}`;

/**
 * The original's own front end, played from its documented requests and readings: no account, no headers of ours, no tolerance. Whatever
 * throws while a payload is read would leave its user with an empty page.
 */
export class ThreadsFrontEnd {
  threads: WireThread[] = [];
  messages: WireMessage[] = [];
  selected: string | null = null;
  readonly crashes: Error[] = [];
  refetches = 0;
  private socket: Socket;
  private stream: EventStream;
  private reading: Promise<void> = Promise.resolve();

  private readonly http: HttpClient;

  private constructor(baseUrl: string) {
    this.http = new HttpClient(baseUrl);
  }

  static async open(baseUrl: string): Promise<ThreadsFrontEnd> {
    const page = new ThreadsFrontEnd(baseUrl);
    page.socket = io(baseUrl, { forceNew: true });
    page.socket.on(
      'thread_status_change',
      page.guarded(({ thread_id, status }) => {
        page.threads = page.threads.map((thread) => (thread.id === thread_id ? { ...thread, status } : thread));
      }),
    );
    await new Promise<void>((resolve, reject) => page.socket.on('connect', resolve).on('connect_error', reject));
    page.stream = await EventStream.open(`${baseUrl}/events/threads`);
    page.threads = await page.listThreads();
    return page;
  }

  /** Fails when a handler of the page has thrown. */
  async close(): Promise<void> {
    this.socket.close();
    await this.stream.close();
    await this.reading;
    if (this.crashes.length > 0) throw this.crashes[0];
  }

  get lines(): string[] {
    return this.messages.map(lineOf);
  }

  /** Threads that the stream of events has announced, by the id that its handler reads. */
  announced(): string[] {
    return this.stream.events.map(({ data }) => (data['fullDocument'] as WireThread).id);
  }

  async listThreads(): Promise<WireThread[]> {
    const answer = await this.get<WireThread[] | { success: false; message: string }>('/threads');
    if (!Array.isArray(answer)) return answer.message.length > 0 ? [] : this.fail('/threads has no message');
    return answer.map(({ _id, id, created_at, status }) => ({
      _id: _id!.slice(0),
      id: id.slice(0),
      created_at: created_at.valueOf(),
      status: status.slice(0),
    }));
  }

  async select(threadId: string): Promise<void> {
    this.selected = threadId;
    await this.fetchMessages();
    this.socket.on(
      `lead_chats-${threadId}`,
      this.guarded(({ thread_id }) => this.refetch(thread_id)),
    );
    for (const name of ['lead_msg', 'agent_msg'])
      this.socket.on(
        `${name}-${threadId}`,
        this.guarded(({ message }) => this.append(message)),
      );
  }

  async createAssistant(name: string, model: string, tools: WireTool[] = []): Promise<string> {
    const body = { name, instruction: 'You help.', model, tools: [UNFILLED_TOOL, ...tools] };
    return (await this.post<{ assistant_id: string }>('/create_assistant', body, 201)).assistant_id.slice(0);
  }

  listAssistants(): Promise<WireAssistant[]> {
    return this.get<WireAssistant[]>('/chatbots');
  }

  /** Opens the form of an assistant, and saves what it shows under another name. */
  async renameAssistant(assistantId: string, name: string): Promise<void> {
    const { instructions, model, tools } = (await this.listAssistants()).find(({ id }) => id === assistantId)!;
    const shown = tools.map(({ type, function: { parameters, ...rest } }) => {
      const properties = Object.entries(parameters.properties).map(([argument, schema]) => [argument, { ...schema }]);
      const required = parameters.required.map((argument) => argument);
      return {
        type,
        function: { ...rest, parameters: { type: 'object', properties: Object.fromEntries(properties), required } },
      };
    });
    await this.post('/update_assistant', {
      asst_id: assistantId,
      name,
      instruction: instructions,
      model,
      tools: shown,
    });
  }

  async takeOver(): Promise<string> {
    return (await this.get<{ message: string }>(`/agent_takeover/${this.selected}`)).message.slice(0);
  }

  async answer(message: string): Promise<void> {
    await this.post('/chat/agent', { thread_id: this.selected, message, asst_id: '' });
  }

  /** The panel beside a thread: asked for without the slash that the original's route has. */
  async variables(): Promise<Record<string, unknown> | string> {
    type Answer = { success: boolean; message: string; variables: { variables: Record<string, unknown> } };
    const answer = await this.get<Answer>(`/get_variables/${this.selected}`);
    return answer.success ? { ...answer.variables.variables } : answer.message.slice(0);
  }

  private append(message: WireMessage): void {
    this.messages = [...this.messages, message];
    this.messages.map(lineOf);
  }

  private refetch(threadId: string): Promise<void> {
    if (threadId !== this.selected) this.fail(`told of ${threadId}`);
    this.refetches++;
    return this.fetchMessages();
  }

  private async fetchMessages(): Promise<void> {
    const { messages } = await this.get<{ messages: WireMessage[] }>(`/threads/${this.selected}/messages`);
    this.messages = messages.toReversed();
    this.messages.map(lineOf);
  }

  private guarded(handler: (payload: Received) => void | Promise<void>) {
    return (payload: Received): void => {
      this.reading = this.reading.then(() => handler(payload)).catch((error: Error) => void this.crashes.push(error));
    };
  }

  private get<Body>(path: string): Promise<Body> {
    return this.http.ok<Body>('GET', path);
  }

  private async post<Body>(path: string, sent: object, expected = 200): Promise<Body> {
    const { status, body } = await this.http.call<Body>('POST', path, sent);
    return status === expected ? body : this.fail(`${path} answered ${status}`);
  }

  private fail(sentence: string): never {
    throw new Error(sentence);
  }
}

/** The page that the original embeds: it begins a thread, asks for the messages again and again, and sends what is typed. */
export class EmbeddedPage {
  private constructor(
    private readonly http: HttpClient,
    private readonly assistantId: string,
    readonly threadId: string,
  ) {}

  static async open(baseUrl: string, assistantId: string): Promise<EmbeddedPage> {
    const http = new HttpClient(baseUrl);
    const page = await http.text('GET', `/chatbot?assistant_id=${assistantId}`);
    if (page.status !== 200 || !page.headers.get('content-type')?.startsWith('text/html'))
      throw new Error(`The page answered ${page.status}`);
    // Its content type promises a body that it does not send.
    const headers = { 'content-type': 'application/json' };
    const { body } = await http.call<{ thread_id: string }>('POST', '/create_thread', undefined, headers);
    return new EmbeddedPage(http, assistantId, body.thread_id);
  }

  async send(message: string): Promise<Record<string, unknown>> {
    const body = { thread_id: this.threadId, message, asst_id: this.assistantId };
    return (await this.http.call('POST', '/chat', body)).body;
  }

  /** One of its polls, as it shows it. */
  async poll(): Promise<string[]> {
    const { body } = await this.http.call<{ messages: WireMessage[] }>('GET', `/threads/${this.threadId}/messages`);
    return body.messages.toReversed().map(lineOf);
  }

  async leave(): Promise<Record<string, unknown>> {
    return (await this.http.call('POST', '/end_chat', { thread_id: this.threadId, reason: 'window_closed' })).body;
  }
}

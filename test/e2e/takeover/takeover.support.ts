import { connectTakeover, ProblemError, type TakeoverClient, type TakeoverOptions } from '@baton/client/takeover';
import type { ChatEventEnvelope, MessageDelta, Problem, TransientEvent } from '@app/contracts';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChatServer } from '../../support/chat-server.js';
import { bearer, HttpClient } from '../../support/http-client.js';

export type Role = 'user' | 'agent' | 'admin';

export interface EventsPage {
  items: ChatEventEnvelope[];
  lastSeq: number;
  hasMore: boolean;
}

/** A user with an account, over REST and sockets. */
export class Person extends HttpClient {
  private constructor(
    url: string,
    readonly id: number,
    readonly name: string,
    readonly key: string,
  ) {
    super(url, bearer(key));
  }

  static async create(server: ChatServer, name: string, roles: Role[]): Promise<Person> {
    const account = { login: `${name.toLowerCase()}-${crypto.randomUUID()}`, displayName: name, roles };
    const { body: user } = await server.asAdmin('POST', '/api/admin/users', account);
    const id = Number(user['userId']);
    const key = await server.asAdmin('POST', `/api/admin/users/${id}/apiKeys`, { name: 'test' });
    return new Person(server.app.url, id, name, String(key.body['key']));
  }

  /** `claim`, `release`, … of agents. */
  act<Body = Record<string, unknown>>(chatId: string, action: string, body: unknown = {}) {
    return this.call<Body>('POST', `/api/takeover/chats/${chatId}/${action}`, body);
  }

  async log(chatId: string): Promise<ChatEventEnvelope[]> {
    return (await this.call<EventsPage>('GET', `/api/takeover/chats/${chatId}/events?limit=500`)).body.items;
  }

  async connect(options: Partial<TakeoverOptions> = {}): Promise<Desk> {
    const desk = new Desk({ url: this.url, token: this.key, ...options });
    await desk.client.whenConnected();
    return desk;
  }
}

/** Holds what goes over the socket against asyncapi.json. */
export class SocketDocument {
  private readonly document: { operations: Record<string, { channel: { $ref: string } }> };
  private readonly ajv: Ajv2020;
  private readonly known = new Map<string, ValidateFunction>();

  constructor() {
    this.document = JSON.parse(
      readFileSync(join(__dirname, '../../../asyncapi.json'), 'utf8'),
    ) as SocketDocument['document'];
    this.ajv = new Ajv2020({ strict: false });
    addFormats.default(this.ajv);
    this.ajv.addSchema(this.document, 'asyncapi.json');
  }

  operationsOf(channel: 'takeover' | 'threads'): string[] {
    const operations = Object.entries(this.document.operations);
    return operations.flatMap(([name, each]) => (each.channel.$ref === `#/channels/${channel}` ? [name] : []));
  }

  /** What is wrong with a message, or null. */
  faultOf(name: string, payload: unknown, channel: 'takeover' | 'threads' = 'takeover'): string | null {
    const $ref = `asyncapi.json#/channels/${channel}/messages/${name}/payload`;
    const validate = this.known.get($ref) ?? this.ajv.compile({ $ref });
    this.known.set($ref, validate);
    return validate(payload) ? null : `${name}: ${this.ajv.errorsText(validate.errors)}: ${JSON.stringify(payload)}`;
  }
}

/** The desks of a test, which are closed together at its end. */
export class Desks {
  private open: Desk[] = [];

  add(desk: Desk): Desk {
    this.open.push(desk);
    return desk;
  }

  async connect(person: Person, options: Partial<TakeoverOptions> = {}): Promise<Desk> {
    return this.add(await person.connect(options));
  }

  /** Someone without an account who watches one chat. */
  async connectGuest(server: ChatServer, chatId: string): Promise<Desk> {
    const desk = this.add(new Desk({ url: server.app.url, chatId }));
    await desk.client.watch(chatId);
    return desk;
  }

  closeAll(): void {
    for (const desk of this.open) desk.close();
    this.open = [];
  }
}

/** How a command of the client ends. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'OK',
    (error: unknown) => (error instanceof ProblemError ? error.code : String(error)),
  );

const DOCUMENT = new SocketDocument();

/** One connection, and everything that came over it. */
export class Desk {
  readonly client: TakeoverClient;
  readonly events: ChatEventEnvelope[] = [];
  readonly transients: TransientEvent[] = [];
  /** Everything in the order in which it came. */
  readonly all: (ChatEventEnvelope | TransientEvent)[] = [];
  ended: Problem | null = null;
  disconnections = 0;
  /** Messages of the server that are not as documented. */
  readonly faults: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(options: TakeoverOptions) {
    this.client = connectTakeover(options);
    this.client.on('event', (event) => this.note('event', this.events, event));
    this.client.on('transient', (event) => this.note('transient', this.transients, event));
    this.client.on('disconnected', (problem) => {
      this.disconnections++;
      this.ended = problem ?? this.ended;
      this.tell();
    });
    this.client.on('connected', () => this.tell());
  }

  /** Resolves when the condition holds. */
  async until(condition: (desk: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  hasEvent(type: string): boolean {
    return this.events.some((event) => event.type === type);
  }

  deltas(): MessageDelta[] {
    return this.transients.flatMap((event) => (event.type === 'message.delta' ? [event.data] : []));
  }

  /** What the deltas add up to; fails when they do not join. */
  text(): string {
    let text = '';
    for (const delta of this.deltas()) {
      if (delta.offset !== text.length)
        throw new Error(`A delta at ${delta.offset} does not join on to ${text.length}`);
      text += delta.text;
    }
    return text;
  }

  /** Fails when the server has sent something that is not as documented. */
  close(): void {
    this.client.close();
    if (this.faults.length > 0) throw new Error(this.faults.join('\n'));
  }

  private note<Item extends ChatEventEnvelope | TransientEvent>(name: string, list: Item[], item: Item): void {
    const fault = DOCUMENT.faultOf(name, item);
    if (fault !== null) this.faults.push(fault);
    list.push(item);
    this.all.push(item);
    this.tell();
  }

  private tell(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** Changes how the bot of a chat is taken over. */
export async function changePolicy(server: ChatServer, chatId: string, changes: object): Promise<void> {
  const { body: chat } = await server.asAdmin('GET', `/api/takeover/chats/${chatId}`);
  const path = `/api/admin/bots/${String(chat['botId'])}/takeoverPolicy`;
  const { body: policy } = await server.asAdmin('GET', path);
  const { status, body } = await server.asAdmin('PUT', path, { ...policy, ...changes });
  if (status !== 200) throw new Error(`The policy was not changed: ${JSON.stringify(body)}`);
}

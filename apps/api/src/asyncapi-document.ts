import { ProblemDto } from '@app/common';
import { TAKEOVER_NAMESPACE, THREADS_NAMESPACE } from '@app/contracts';
import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, SwaggerModule } from '@nestjs/swagger';
import {
  ThreadNewsDto,
  ThreadsHandshakeDto,
  ThreadStatusChangeDto,
  ThreadWordsDto,
} from './channels/threads/thread-broadcast.dto.js';
import { ChatEventDto } from './chats/chat-event.dto.js';
import { COMMAND, type CommandDescription } from './takeover/command.decorator.js';
import { HandshakeDto, TransientEventDto } from './takeover/takeover-events.dto.js';
import { TakeoverGateway } from './takeover/takeover.gateway.js';

type Json = Record<string, unknown>;

/** Something that the server says. */
interface Told {
  operation: string;
  /** The event's name on the wire. */
  name: string;
  summary: string;
  payload: Type;
}

const VERSION = '0.1.0';
const DESCRIPTION =
  'Over socket.io (protocol 5), on the port of everything else. The `auth` of a handshake is described by the schema that ' +
  'its channel names; a refusal is a `connect_error` whose `data` is a problem. A frame has at most 64 kB.';
const TAKEOVER_DESCRIPTION =
  'Chats as they happen, and the commands of agents and customers. Handshake: `HandshakeDto`. Every command takes one object ' +
  'and is acknowledged with `{ok: true, data}` or `{ok: false, problem}`.';
const THREADS_DESCRIPTION =
  'What happens in the threads of the threads API. Nobody says anything here. Handshake: `ThreadsHandshakeDto`; with ' +
  '`THREADS_OPEN` nothing need be shown, and everybody hears everything. `{thread_id}` in the name of an event is the id of the thread.';

const TAKEOVER_EVENTS: Told[] = [
  {
    operation: 'sendEvent',
    name: 'event',
    summary: 'A numbered event of a watched chat: in order, without repetition, as over SSE and plain GET.',
    payload: ChatEventDto,
  },
  {
    operation: 'sendTransient',
    name: 'transient',
    summary: 'Something without a number: text of a running answer, typing, a place in line, a change of the queue.',
    payload: TransientEventDto,
  },
];

const THREADS_EVENTS: Told[] = [
  {
    operation: 'sendAssistantMessage',
    name: 'lead_chats-{thread_id}',
    summary: 'The assistant has answered.',
    payload: ThreadNewsDto,
  },
  {
    operation: 'sendLeadMessage',
    name: 'lead_msg-{thread_id}',
    summary: 'The lead has written, and an agent is to answer.',
    payload: ThreadWordsDto,
  },
  {
    operation: 'sendAgentMessage',
    name: 'agent_msg-{thread_id}',
    summary: 'An agent has written.',
    payload: ThreadWordsDto,
  },
  {
    operation: 'sendThreadStatus',
    name: 'thread_status_change',
    summary: 'The status of a thread has changed.',
    payload: ThreadStatusChangeDto,
  },
];

/** The AsyncAPI document of the sockets, read from the takeover's gateway and the classes of commands and events. */
export function buildSocketDocument(app: INestApplication): Json {
  const commands = commandsOf(TakeoverGateway);
  const takeover = new Channel('takeover', TAKEOVER_NAMESPACE, TAKEOVER_DESCRIPTION);
  for (const command of commands) takeover.takes(command);
  for (const told of TAKEOVER_EVENTS) takeover.tells(told);
  const threads = new Channel('threads', THREADS_NAMESPACE, THREADS_DESCRIPTION);
  for (const told of THREADS_EVENTS) threads.tells(told);
  const models = [
    ...commands.flatMap(({ payload, result }) => [payload, result]),
    ...[...TAKEOVER_EVENTS, ...THREADS_EVENTS].map(({ payload }) => payload),
    ProblemDto,
    HandshakeDto,
    ThreadsHandshakeDto,
  ];
  return {
    asyncapi: '3.0.0',
    info: { title: 'Baton sockets', version: VERSION, description: DESCRIPTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      baton: {
        host: 'localhost:5000',
        pathname: '/socket.io/',
        protocol: 'socket.io',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: { takeover: takeover.description, threads: threads.description },
    operations: { ...takeover.operations, ...threads.operations },
    components: {
      schemas: schemasOf(app, models),
      securitySchemes: {
        token: { type: 'apiKey', in: 'user', description: 'Given as `auth.token` of the handshake.' },
      },
    },
  };
}

/** One namespace: what it takes and what it tells. */
class Channel {
  readonly operations: Json = {};
  private readonly messages: Json = {};

  constructor(
    private readonly key: string,
    private readonly address: string,
    private readonly about: string,
  ) {}

  get description(): Json {
    return { address: this.address, description: this.about, messages: this.messages };
  }

  takes({ name, summary, access, payload, result }: CommandDescription): void {
    const acknowledgement = `${name}Acknowledgement`;
    this.messages[name] = { name, summary, payload: ref(payload) };
    this.messages[acknowledgement] = {
      name: acknowledgement,
      summary: `Answers \`${name}\`.`,
      payload: answerOf(result),
    };
    this.operations[name] = {
      action: 'receive',
      channel: this.reference,
      summary,
      description: `For: ${AUDIENCE[access]}.`,
      messages: [this.message(name)],
      reply: { channel: this.reference, messages: [this.message(acknowledgement)] },
    };
  }

  tells({ operation, name, summary, payload }: Told): void {
    const [key] = name.split('-') as [string];
    this.messages[key] = { name, summary, payload: ref(payload) };
    this.operations[operation] = {
      action: 'send',
      channel: this.reference,
      summary,
      messages: [this.message(key)],
    };
  }

  private get reference(): Json {
    return { $ref: `#/channels/${this.key}` };
  }

  private message(key: string): Json {
    return { $ref: `#/channels/${this.key}/messages/${key}` };
  }
}

const AUDIENCE: Record<CommandDescription['access'], string> = {
  anonymous: 'customers in their own chats, and agents',
  user: 'everybody with an account',
  agent: 'agents',
  admin: 'administrators',
};

function commandsOf({ prototype }: Type): CommandDescription[] {
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    const command = typeof handler === 'function' ? (Reflect.getMetadata(COMMAND, handler) as unknown) : undefined;
    return command === undefined ? [] : [command as CommandDescription];
  });
}

const ref = (model: Type): Json => ({ $ref: getSchemaPath(model) });

const answerOf = (result: Type): Json => ({
  oneOf: [
    {
      type: 'object',
      required: ['ok', 'data'],
      properties: { ok: { type: 'boolean', const: true }, data: ref(result) },
    },
    {
      type: 'object',
      required: ['ok', 'problem'],
      properties: { ok: { type: 'boolean', const: false }, problem: ref(ProblemDto) },
    },
  ],
});

/** The schemas of the classes and of all that they mention. */
function schemasOf(app: INestApplication, models: Type[]): Json {
  const config = new DocumentBuilder().setOpenAPIVersion('3.1.0').build();
  const all: Json = SwaggerModule.createDocument(app, config, { extraModels: models }).components?.schemas ?? {};
  const wanted: Json = {};
  const take = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(take);
    if (typeof value !== 'object' || value === null) return;
    const { $ref: reference, ...rest } = value as { $ref?: unknown };
    const name = typeof reference === 'string' ? reference.split('/').at(-1)! : null;
    if (name !== null && wanted[name] === undefined) take((wanted[name] = all[name] ?? {}));
    take(Object.values(rest));
  };
  take(models.map(ref));
  return wanted;
}

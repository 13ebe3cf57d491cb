import {
  findDescribedSockets,
  ProblemDto,
  VERSION,
  type SocketDescription,
  type SocketEventDescription,
} from '@app/common';
import { TAKEOVER_NAMESPACE } from '@app/contracts';
import type { INestApplication, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, getSchemaPath, SwaggerModule } from '@nestjs/swagger';
import { ChatEventDto } from '../chats/index.js';
import {
  COMMAND,
  type CommandDescription,
  HandshakeDto,
  TransientEventDto,
  TakeoverGateway,
} from '../takeover/index.js';

type Json = Record<string, unknown>;

const DESCRIPTION =
  'Over socket.io (protocol 5), on the port of everything else. The `auth` of a handshake is described by the schema that ' +
  'its channel names; a refusal is a `connect_error` whose `data` is a problem. A frame has at most 64 kB.';
const TAKEOVER: SocketDescription = {
  key: 'takeover',
  namespace: TAKEOVER_NAMESPACE,
  description:
    'Chats as they happen, and the commands of agents and customers. Handshake: `HandshakeDto`. Every command takes one object ' +
    'and is acknowledged with `{ok: true, data}` or `{ok: false, problem}`.',
  handshake: HandshakeDto,
  events: [
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
  ],
};

/** The AsyncAPI document of the sockets: the takeover's, with its commands, and those that gateways of channels describe. */
export function buildSocketDocument(app: INestApplication): Json {
  const commands = commandsOf(TakeoverGateway);
  const sockets = [TAKEOVER, ...findDescribedSockets(app.get(ModulesContainer))];
  const channels = sockets.map((socket) => new Channel(socket));
  for (const command of commands) channels[0]!.addCommand(command);
  const models = [
    ...commands.flatMap(({ payload, result }) => [payload, result]),
    ...sockets.flatMap(({ handshake, events }) => [handshake, ...events.map(({ payload }) => payload)]),
    ProblemDto,
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
    channels: Object.fromEntries(channels.map(({ key, description }) => [key, description])),
    operations: Object.assign({}, ...channels.map(({ operations }) => operations)) as Json,
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

  constructor(private readonly socket: SocketDescription) {
    for (const event of socket.events) this.addEvent(event);
  }

  get key(): string {
    return this.socket.key;
  }

  get description(): Json {
    const { namespace: address, description } = this.socket;
    return { address, description, messages: this.messages };
  }

  addCommand({ name, summary, access, payload, result }: CommandDescription): void {
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

  private addEvent({ operation, name, summary, payload }: SocketEventDescription): void {
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

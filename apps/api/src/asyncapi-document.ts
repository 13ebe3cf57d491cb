import { ProblemDto } from '@app/common';
import { TAKEOVER_NAMESPACE } from '@app/contracts';
import type { INestApplication, Type } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, SwaggerModule } from '@nestjs/swagger';
import { ChatEventDto } from './chats/chat-event.dto.js';
import { COMMAND, type CommandDescription } from './takeover/command.decorator.js';
import { HandshakeDto, TransientEventDto } from './takeover/takeover-events.dto.js';
import { TakeoverGateway } from './takeover/takeover.gateway.js';

type Json = Record<string, unknown>;

const CHANNEL = { $ref: '#/channels/takeover' };
const VERSION = '0.1.0';
const DESCRIPTION =
  'Chats as they happen, and the commands of agents and customers, over socket.io (protocol 5) in the namespace ' +
  `\`${TAKEOVER_NAMESPACE}\`, on the port of everything else. The \`auth\` of the handshake is described by the schema ` +
  '`HandshakeDto`; a refusal is a `connect_error` whose `data` is a problem. Every command takes one object and is ' +
  'acknowledged with `{ok: true, data}` or `{ok: false, problem}`. A frame has at most 64 kB.';

const SERVER_EVENTS = [
  {
    name: 'event',
    operation: 'sendEvent',
    summary: 'A numbered event of a watched chat: in order, without repetition, as over SSE and plain GET.',
    payload: ChatEventDto,
  },
  {
    name: 'transient',
    operation: 'sendTransient',
    summary: 'Something without a number: text of a running answer, typing, a place in line, a change of the queue.',
    payload: TransientEventDto,
  },
];

/** The AsyncAPI document of the takeover socket, read from its gateway and the classes of its commands and events. */
export function buildSocketDocument(app: INestApplication): Json {
  const commands = commandsOf(TakeoverGateway);
  const messages: Json = {};
  const operations: Json = {};
  for (const command of commands) {
    const acknowledgement = `${command.name}Acknowledgement`;
    messages[command.name] = message(command.name, command.summary, ref(command.payload));
    messages[acknowledgement] = message(acknowledgement, `Answers \`${command.name}\`.`, answerOf(command.result));
    operations[command.name] = {
      action: 'receive',
      channel: CHANNEL,
      summary: command.summary,
      description: `For: ${AUDIENCE[command.access]}.`,
      messages: [messageOf(command.name)],
      reply: { channel: CHANNEL, messages: [messageOf(acknowledgement)] },
    };
  }
  for (const { name, operation, summary, payload } of SERVER_EVENTS) {
    messages[name] = message(name, summary, ref(payload));
    operations[operation] = { action: 'send', channel: CHANNEL, summary, messages: [messageOf(name)] };
  }
  const models = commands.flatMap(({ payload, result }) => [payload, result]);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Baton takeover socket', version: VERSION, description: DESCRIPTION, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      baton: {
        host: 'localhost:5000',
        pathname: '/socket.io/',
        protocol: 'socket.io',
        security: [{ $ref: '#/components/securitySchemes/token' }],
      },
    },
    channels: { takeover: { address: TAKEOVER_NAMESPACE, messages } },
    operations,
    components: {
      schemas: schemasOf(app, [...models, ...SERVER_EVENTS.map(({ payload }) => payload), ProblemDto, HandshakeDto]),
      securitySchemes: {
        token: { type: 'apiKey', in: 'user', description: 'Given as `auth.token` of the handshake.' },
      },
    },
  };
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
const message = (name: string, summary: string, payload: Json): Json => ({ name, summary, payload });
const messageOf = (name: string): Json => ({ $ref: `#/channels/takeover/messages/${name}` });

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

import { Access, type AccessLevel } from '@app/common';
import type { TakeoverCommand } from '@app/contracts';
import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext, type Type } from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';
import type { TakeoverSocket } from './takeover-sockets.js';

export const COMMAND = 'takeover-command';

/** What a command is, for the document of the socket. */
export interface CommandDescription {
  name: TakeoverCommand;
  access: AccessLevel;
  summary: string;
  payload: Type;
  result: Type;
}

/** A handler for one command of the socket, who may send it, and how it is documented. */
export const Command = (name: TakeoverCommand, description: Omit<CommandDescription, 'name'>): MethodDecorator =>
  applyDecorators(
    SubscribeMessage(name),
    Access(description.access),
    SetMetadata(COMMAND, { name, ...description } satisfies CommandDescription),
  );

/** The caller of the connection, as the guard has just found it. */
export const SocketCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToWs().getClient<TakeoverSocket>().data.principal,
);

import { SetMetadata, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

const DESCRIPTION = 'socket-description';

/** Something that the server says. */
export interface SocketEventDescription {
  operation: string;
  /** The event's name on the wire. */
  name: string;
  summary: string;
  payload: Type;
}

/** What a namespace of the sockets is, for their document. */
export interface SocketDescription {
  key: string;
  namespace: string;
  description: string;
  /** What a connection says about itself. */
  handshake: Type;
  events: readonly SocketEventDescription[];
}

/** A gateway that is in the document of the sockets for as long as it is in the program. */
export const DescribedSocket = (description: SocketDescription): ClassDecorator =>
  SetMetadata(DESCRIPTION, description);

export function findDescribedSockets(modules: ModulesContainer): SocketDescription[] {
  return [...modules.values()].flatMap(({ providers }) =>
    [...providers.values()].flatMap(({ metatype }) => {
      const found: unknown = metatype ? Reflect.getMetadata(DESCRIPTION, metatype) : undefined;
      return found === undefined ? [] : [found as SocketDescription];
    }),
  );
}

import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ChatLogHub, LogEvent } from './chat-log.hub.js';
import { SystemMessagesRepository } from './system-messages.repository.js';

export interface SendSystemMessage {
  chatId: string;
  text: string;
  audience: EventAudience;
  /** Names the occasion: in one epoch of a chat it is spoken of once, by whichever instance comes first. */
  occasion: string;
  expectedEpoch: number;
}

/** What the server itself says in a chat: to everybody, or to agents as a note. */
@Injectable()
export class SystemMessagesService {
  constructor(
    private readonly messages: SystemMessagesRepository,
    private readonly hub: ChatLogHub,
  ) {}

  async send({ occasion, ...message }: SendSystemMessage): Promise<void> {
    const event = await this.messages.writeMessage({ ...message, id: idOf(message, occasion) });
    if (event !== null) this.hub.publish(message.chatId, [new LogEvent(event, message.audience)]);
  }
}

/** In the form of a UUID of version 8. */
const idOf = ({ chatId, expectedEpoch }: { chatId: string; expectedEpoch: number }, occasion: string): string =>
  createHash('sha256')
    .update(JSON.stringify([chatId, expectedEpoch, occasion]))
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');

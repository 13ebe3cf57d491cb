import { stableId } from '@app/common';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { ChatLogHub, LogEvent } from '../log/chat-log.hub.js';
import { SystemMessagesRepository } from './system-messages.repository.js';

export interface SendSystemMessage {
  chatId: string;
  text: string;
  audience: EventAudience;
  /** Names the occasion: in one epoch of a chat (or in the chat) it is spoken of once, by whichever instance comes first. */
  occasion: string;
  expectedEpoch: number | null;
}

/** What the server itself says in a chat: to everybody, or to agents as a note. */
@Injectable()
export class SystemMessagesService {
  constructor(
    private readonly messages: SystemMessagesRepository,
    private readonly hub: ChatLogHub,
  ) {}

  async send({ occasion, ...message }: SendSystemMessage): Promise<void> {
    const id = stableId([message.chatId, message.expectedEpoch, occasion]);
    const event = await this.messages.writeMessage({ ...message, id });
    if (event !== null) this.hub.publish(message.chatId, [new LogEvent(event, message.audience)]);
  }
}

import { stableId } from '@app/common';
import type { EventAudience } from '@app/database';
import { Injectable } from '@nestjs/common';
import { ChatLogHub, LogEvent } from '../log/chat-log.hub.js';
import { SystemMessagesRepository } from './system-messages.repository.js';

export interface SendSystemMessage {
  chatId: string;
  text: string;
  audience: EventAudience;
  /** Identifies the message: it is written once per epoch of a chat (or once per chat), by the first instance that sends it. */
  occasion: string;
  expectedEpoch: number | null;
}

/** Messages of the server itself: for everyone, or for agents as a note. */
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

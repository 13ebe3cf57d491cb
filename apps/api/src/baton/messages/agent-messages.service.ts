import { AppError, notFound, stableId } from '@app/common';
import type { AgentName } from '@app/contracts';
import type { MessageKind } from '@app/database';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { AgentMessagesRepository } from './agent-messages.repository.js';
import { ChatLogHub, LogEvent } from '../log/chat-log.hub.js';
import { refusalOf } from '../fence/refusal.js';

export interface SendAgentMessage {
  chatId: string;
  agent: AgentName;
  /** `note` is for colleagues, `whisper` for the bot's next turn; neither is shown to the customer. */
  kind: MessageKind;
  text: string;
  /** The agent's own id for the message: sent twice, it is written once and answered alike. */
  clientMessageId: string | null;
  expectedEpoch: number | null;
}

/** Messages of agents. Only the agent who claimed the chat may write to the customer. */
@Injectable()
export class AgentMessagesService {
  constructor(
    private readonly messages: AgentMessagesRepository,
    private readonly hub: ChatLogHub,
  ) {}

  /** Throws `CHAT_HELD`, `CHAT_NOT_HELD`, `CHAT_CLOSED` or `OUTDATED_CHAT` (the expected epoch is over). */
  async send(message: SendAgentMessage): Promise<{ messageId: string; seq: number; epoch: number }> {
    const id =
      message.clientMessageId === null
        ? uuidv7()
        : stableId([message.chatId, message.agent.id, message.kind, message.clientMessageId]);
    const written = await this.messages.writeMessage({ ...message, id });
    switch (written.kind) {
      case 'missing':
        throw notFound('The chat');
      case 'refused':
        throw refusalOf(written, message.expectedEpoch) ?? new AppError('CHAT_NOT_HELD');
      case 'written':
        this.hub.publish(message.chatId, [
          new LogEvent(written.event, message.kind === 'message' ? 'everyone' : 'agents'),
        ]);
        return { messageId: id, seq: written.seq, epoch: written.epoch };
      case 'known':
        return { messageId: id, seq: written.seq, epoch: written.epoch };
    }
  }
}

import { AppConfig } from '@app/common';
import { GroupCommit } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../fence/chat-transaction.repository.js';
import { MessageAcceptance } from './message-acceptance.js';
import type { AcceptedMessage, IncomingMessage } from './turn.types.js';

/** Accepts customers' messages: message, turn and events in one commit, shared by the messages that arrive together. */
@Injectable()
export class TurnIntakeRepository {
  private readonly commits = new GroupCommit((messages: IncomingMessage[]) => this.acceptAll(messages));

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Stores the message. Its turn starts at once if none is running in the chat, else it is queued. A request key that is known
   * attaches to that request's turn and stores nothing.
   */
  accept(message: IncomingMessage): Promise<AcceptedMessage> {
    return this.commits.submit(message);
  }

  private acceptAll(messages: IncomingMessage[]): Promise<AcceptedMessage[]> {
    const chatIds = messages.map(({ chatId }) => chatId);
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const acceptance = await MessageAcceptance.prepare(transaction, messages, this.config.turns);
      const accepted: AcceptedMessage[] = [];
      for (const message of messages) accepted.push(await acceptance.accept(message));
      await acceptance.write();
      return accepted;
    });
  }
}

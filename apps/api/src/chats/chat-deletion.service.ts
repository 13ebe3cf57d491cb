import { AppError, notFound, type Principal, type UserPrincipal } from '@app/common';
import { isTransient } from '@app/database';
import { Injectable } from '@nestjs/common';
import { UsersService } from '../users/users.service.js';
import { ChatDeletionRepository, type DeletionFilter } from './chat-deletion.repository.js';
import { ChatLogHub } from './chat-log.hub.js';
import { ChatsService } from './chats.service.js';
import { TurnRunner } from './turn-runner.service.js';

const BATCH = 50;
/** Somebody may write into a chat again and again while it is being deleted. */
const ATTEMPTS = 10;

/** Deletes chats. A running answer is ended first, so that what it cost is on record; whoever reads the chat is let go. */
@Injectable()
export class ChatDeletionService {
  constructor(
    private readonly chats: ChatsService,
    private readonly users: UsersService,
    private readonly deletion: ChatDeletionRepository,
    private readonly runner: TurnRunner,
    private readonly hub: ChatLogHub,
  ) {}

  async deleteChat(caller: Principal, chatId: string): Promise<void> {
    await this.chats.getHeldChat(caller, chatId);
    await this.deleteChats([chatId]);
  }

  async deleteOwnChat(user: UserPrincipal, chatId: string): Promise<void> {
    await this.chats.getOwnChat(user, chatId);
    await this.deleteChats([chatId]);
  }

  /** The user's chats that the filter names. Somebody else's system message is not found. */
  async deleteOwnChats(user: UserPrincipal, filter: DeletionFilter): Promise<void> {
    if (filter.userSystemMessageId !== null) await this.users.getSystemMessage(user, filter.userSystemMessageId);
    await this.deleteChats(await this.deletion.findChatIds(user.userId, filter));
  }

  /** Takes one question and its answer out of a chat. Refused while the answer is being given. */
  async deleteCompletion(user: UserPrincipal, chatId: string, completionId: string): Promise<void> {
    await this.chats.getOwnChat(user, chatId);
    switch (await this.deletion.deleteCompletion(chatId, completionId)) {
      case 'done':
        return;
      case 'missing':
        throw notFound('The completion');
      case 'running':
        throw new AppError('CONFLICT', { detail: 'The bot is still answering. Stop it first.' });
    }
  }

  /** Chats that are not there any more do no harm. */
  async deleteChats(chatIds: string[]): Promise<void> {
    for (let at = 0; at < chatIds.length; at += BATCH) await this.deleteBatch(chatIds.slice(at, at + BATCH));
  }

  private async deleteBatch(chatIds: string[]): Promise<void> {
    let left = await this.deleteIdle(chatIds);
    for (let attempt = 1; left.length > 0; attempt++) {
      if (attempt > ATTEMPTS) throw new AppError('CONFLICT', { detail: 'The chat is too busy to be deleted.' });
      for (const { chatId, turnId, events } of await this.deletion.quiet(left)) {
        this.runner.stopTurn(turnId, { kind: 'fenced' });
        this.hub.publishEvents(chatId, events);
      }
      left = await this.deleteIdle(left);
    }
    for (const chatId of chatIds) this.hub.end(chatId);
  }

  private async deleteIdle(chatIds: string[]): Promise<string[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.deletion.deleteIdle(chatIds);
      } catch (error) {
        if (!isTransient(error) || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}

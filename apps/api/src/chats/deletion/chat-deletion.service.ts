import { AppError, type Principal, type UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChatLogService, TurnDeletionService } from '../../baton/index.js';
import { UsersService } from '../../users/index.js';
import { ChatDeletionRepository, type DeletionFilter } from './chat-deletion.repository.js';
import { ChatsService } from '../chat/chats.service.js';

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
    private readonly turns: TurnDeletionService,
    private readonly log: ChatLogService,
  ) {}

  async deleteChat(caller: Principal, chatId: string): Promise<void> {
    await this.chats.getCustomerChat(caller, chatId);
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
    await this.turns.deleteTurn(chatId, completionId);
  }

  /** Chats that are not there any more do no harm. */
  async deleteChats(chatIds: string[]): Promise<void> {
    for (let at = 0; at < chatIds.length; at += BATCH) await this.deleteBatch(chatIds.slice(at, at + BATCH));
  }

  private async deleteBatch(chatIds: string[]): Promise<void> {
    let left = await this.deletion.deleteIdle(chatIds);
    for (let attempt = 1; left.length > 0; attempt++) {
      if (attempt > ATTEMPTS) throw new AppError('CONFLICT', { detail: 'The chat is too busy to be deleted.' });
      await this.turns.interruptAll(left);
      left = await this.deletion.deleteIdle(left);
    }
    for (const chatId of chatIds) this.log.end(chatId);
  }
}

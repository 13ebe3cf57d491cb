import { AppError, type Principal, type UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { ChatLogService, TurnDeletionService } from '../../baton/index.js';
import { UsersService } from '../../users/index.js';
import { ChatDeletionRepository, type DeletionFilter } from './chat-deletion.repository.js';
import { ChatsService } from '../chat/chats.service.js';

const BATCH = 50;
/** New messages may arrive in a chat while it is being deleted. */
const ATTEMPTS = 10;

/** Deletes chats. Running answers are interrupted first, so that their usage is recorded; readers of the chats end. */
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

  /** Deletes the user's chats that match the filter. Throws 404 for the system message of another user. */
  async deleteOwnChats(user: UserPrincipal, filter: DeletionFilter): Promise<void> {
    if (filter.userSystemMessageId !== null) await this.users.getSystemMessage(user, filter.userSystemMessageId);
    await this.deleteChats(await this.deletion.findChatIds(user.userId, filter));
  }

  /** Deletes one question and its answer. Throws `CONFLICT` while the answer is being generated. */
  async deleteCompletion(user: UserPrincipal, chatId: string, completionId: string): Promise<void> {
    await this.chats.getOwnChat(user, chatId);
    await this.turns.deleteTurn(chatId, completionId);
  }

  /** Chats that do not exist are ignored. */
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
    for (const chatId of chatIds) this.log.notifyDeleted(chatId);
  }
}

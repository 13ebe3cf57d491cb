import { GUEST_NAME, notFound, type Principal } from '@app/common';
import { isForeignKeyViolation } from '@app/database';
import { Injectable } from '@nestjs/common';
import { ChatLooks, ChatsService, ChatVariablesService, type StoredChat } from '../../chats/index.js';
import { UsersService } from '../../users/index.js';
import { agentOf } from '../commands/agent.js';
import { QueueRepository } from '../queue/queue.repository.js';
import type { ChatCustomerDto, ChatTagsDto, DraftDto, ReadMarkDto } from './desk.dto.js';
import { DeskRepository, type OtherChat } from './desk.repository.js';

/** What agents keep of chats for themselves and for each other: how far they have read, drafts, tags; and who the customer is. */
@Injectable()
export class DeskService {
  constructor(
    private readonly desk: DeskRepository,
    private readonly chats: ChatsService,
    private readonly variables: ChatVariablesService,
    private readonly users: UsersService,
    private readonly queue: QueueRepository,
    private readonly looks: ChatLooks,
  ) {}

  async setReadMark(caller: Principal, chatId: string, { seq }: ReadMarkDto): Promise<ReadMarkDto> {
    const { id: userId } = agentOf(caller);
    const chat = await this.chats.getAnyChat(chatId);
    const read = Math.min(seq, await this.lastSeq(chat));
    await this.write(() => this.desk.saveReadMark({ userId, chatId, seq: read }));
    return { seq: read };
  }

  async getDraft(caller: Principal, chatId: string): Promise<DraftDto> {
    const { id: userId } = agentOf(caller);
    await this.chats.getAnyChat(chatId);
    const draft = await this.desk.findDraft(userId, chatId);
    return { text: draft?.text ?? '', updatedAt: draft?.updatedAt.toISOString() ?? null };
  }

  async saveDraft(caller: Principal, chatId: string, text: string): Promise<DraftDto> {
    const { id: userId } = agentOf(caller);
    await this.chats.getAnyChat(chatId);
    const updatedAt = new Date();
    await this.write(() => this.desk.saveDraft({ userId, chatId, text, updatedAt }));
    return { text, updatedAt: updatedAt.toISOString() };
  }

  async deleteDraft(caller: Principal, chatId: string): Promise<void> {
    const { id: userId } = agentOf(caller);
    await this.chats.getAnyChat(chatId);
    await this.desk.deleteDraft(userId, chatId);
  }

  async setTags(caller: Principal, chatId: string, { tags }: ChatTagsDto): Promise<ChatTagsDto> {
    agentOf(caller);
    await this.chats.getAnyChat(chatId);
    await this.write(() => this.desk.replaceTags(chatId, tags));
    return { tags: tags.toSorted() };
  }

  async getCustomer(caller: Principal, chatId: string): Promise<ChatCustomerDto> {
    agentOf(caller);
    const chat = await this.chats.getAnyChat(chatId);
    await this.looks.note(caller, chatId);
    const { userId, visitorId, channel } = chat;
    const user = userId === null ? null : await this.users.getPrincipal(userId);
    const [visitors, variables, others] = await Promise.all([
      this.queue.findVisitorNames(user === null ? [chatId] : []),
      this.variables.get(chatId),
      this.findOthers(chat),
    ]);
    return {
      name: user?.displayName ?? visitors.get(chatId) ?? GUEST_NAME,
      userId,
      login: user?.login ?? null,
      visitorId,
      channel,
      variables,
      otherChats: others.map(({ id, title, botName, owner, createdAt, lastAccessedAt }) => ({
        chatId: id,
        title,
        botName,
        owner,
        createdAt: createdAt.toISOString(),
        lastActivityAt: lastAccessedAt.toISOString(),
      })),
    };
  }

  private async findOthers({ id, userId, visitorId }: StoredChat): Promise<OtherChat[]> {
    if (userId !== null) return this.desk.findOtherChats('user_id', userId, id);
    return visitorId === null ? [] : this.desk.findOtherChats('visitor_id', visitorId, id);
  }

  private async lastSeq({ id }: StoredChat): Promise<number> {
    return (await this.queue.findHead(id))?.lastSeq ?? 0;
  }

  private async write(change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      // Deleted meanwhile.
      if (isForeignKeyViolation(error)) throw notFound('The chat');
      throw error;
    }
  }
}

import type { ChatOwner } from '@app/contracts';
import { ChatDraft, ChatReadMark, ChatTag, ChatView, CannedAnswer, fromSqlTime } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';

const OTHER_CHATS = 20;

export interface OtherChat {
  id: string;
  title: string;
  botName: string;
  owner: ChatOwner;
  createdAt: Date;
  lastAccessedAt: Date;
}

/** What agents keep beside chats: marks, drafts, tags, views and canned answers. */
@Injectable()
export class DeskRepository {
  constructor(private readonly dataSource: DataSource) {}

  async saveReadMark(mark: ChatReadMark): Promise<void> {
    await this.dataSource.getRepository(ChatReadMark).upsert(mark, ['userId', 'chatId']);
  }

  findDraft(userId: number, chatId: string): Promise<ChatDraft | null> {
    return this.dataSource.getRepository(ChatDraft).findOneBy({ userId, chatId });
  }

  async saveDraft(draft: ChatDraft): Promise<void> {
    await this.dataSource.getRepository(ChatDraft).upsert(draft, ['userId', 'chatId']);
  }

  async deleteDraft(userId: number, chatId: string): Promise<void> {
    await this.dataSource.getRepository(ChatDraft).delete({ userId, chatId });
  }

  async replaceTags(chatId: string, tags: string[]): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.delete(ChatTag, { chatId });
      if (tags.length > 0)
        await tx.insert(
          ChatTag,
          tags.map((tag) => ({ chatId, tag })),
        );
    });
  }

  /** The other chats of an account or a visitor. */
  async findOtherChats(
    column: 'user_id' | 'visitor_id',
    customer: string | number,
    chatId: string,
  ): Promise<OtherChat[]> {
    const rows = await this.dataSource.query<
      {
        id: string;
        display_name: string;
        bot_name: string;
        owner: ChatOwner;
        created_at: string | Date;
        last_accessed_at: string | Date;
      }[]
    >(
      `SELECT c.id, c.display_name, b.display_name AS bot_name, c.owner, c.created_at, c.last_accessed_at
       FROM chats c JOIN bots b ON b.id = c.bot_id WHERE c.${column} = ? AND c.id <> ?
       ORDER BY c.last_accessed_at DESC, c.id DESC LIMIT ${OTHER_CHATS}`,
      [customer, chatId],
    );
    return rows.map((row) => ({
      id: row.id,
      title: row.display_name,
      botName: row.bot_name,
      owner: row.owner,
      createdAt: fromSqlTime(row.created_at),
      lastAccessedAt: fromSqlTime(row.last_accessed_at),
    }));
  }

  findViews(userId: number): Promise<ChatView[]> {
    return this.dataSource.getRepository(ChatView).find({ where: { userId }, order: { name: 'ASC', id: 'ASC' } });
  }

  /** False when the user has as many as allowed. */
  async insertView(view: ChatView, limit: number): Promise<boolean> {
    const views = this.dataSource.getRepository(ChatView);
    if ((await views.countBy({ userId: view.userId })) >= limit) return false;
    await views.insert(view as never);
    return true;
  }

  /** False when the user has no such view. */
  async updateView(userId: number, id: string, changes: Pick<ChatView, 'name' | 'filters'>): Promise<boolean> {
    return (await this.dataSource.getRepository(ChatView).update({ id, userId }, changes as never)).affected === 1;
  }

  async deleteView(userId: number, id: string): Promise<boolean> {
    return (await this.dataSource.getRepository(ChatView).delete({ id, userId })).affected === 1;
  }

  /** Those of the agent, and those that all share. */
  findCannedAnswers(userId: number): Promise<CannedAnswer[]> {
    return this.dataSource
      .getRepository(CannedAnswer)
      .find({ where: [{ userId }, { userId: IsNull() }], order: { shortcut: 'ASC', id: 'ASC' } });
  }

  findCannedAnswer(id: string): Promise<CannedAnswer | null> {
    return this.dataSource.getRepository(CannedAnswer).findOneBy({ id });
  }

  async insertCannedAnswer(answer: CannedAnswer, limit: number): Promise<boolean> {
    const answers = this.dataSource.getRepository(CannedAnswer);
    if ((await answers.countBy({ userId: answer.userId ?? IsNull() })) >= limit) return false;
    await answers.insert(answer);
    return true;
  }

  async updateCannedAnswer(id: string, changes: Omit<CannedAnswer, 'id' | 'user'>): Promise<void> {
    await this.dataSource.getRepository(CannedAnswer).update({ id }, changes);
  }

  async deleteCannedAnswer(id: string): Promise<void> {
    await this.dataSource.getRepository(CannedAnswer).delete({ id });
  }
}

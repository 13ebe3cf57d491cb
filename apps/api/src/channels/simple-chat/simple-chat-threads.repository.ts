import { fromSqlJson, placeholders, SimpleChatThread } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface StoredThread {
  chatId: string;
  botId: string;
}

/** Texts that the customer has not been given, and up to where. */
interface News {
  chatId: string;
  heardSeq: number;
  lastSeq: number;
  texts: string[];
}

/** What this channel knows of its chats beyond the chats themselves. */
@Injectable()
export class SimpleChatThreadsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The thread, if it is this visitor's; an empty visitor stands for callers without a user id. */
  async find(chatId: string, visitorId: string): Promise<StoredThread | null> {
    const [row] = await this.dataSource.query<{ bot_id: string }[]>(
      `SELECT c.bot_id FROM simple_chat_threads s JOIN chats c ON c.id = s.chat_id
       WHERE s.chat_id = ? AND s.visitor_id = ?`,
      [chatId, visitorId],
    );
    return row === undefined ? null : { chatId, botId: row.bot_id };
  }

  /** Makes the chat a thread of this channel, if it is not one already. */
  async insertIfMissing(thread: Pick<SimpleChatThread, 'chatId' | 'visitorId' | 'userId'>): Promise<void> {
    const row = { ...thread, heardSeq: 0 };
    await this.dataSource.createQueryBuilder().insert().into(SimpleChatThread).values(row).orIgnore().execute();
  }

  /**
   * What people (and the server) have said to the customer since the last answer: in all threads of a visitor, or in those given.
   * Each text is handed out once, also to requests of the same moment.
   */
  async takeNews(visitorId: string, chatIds: string[]): Promise<string[]> {
    const taken: string[] = [];
    for (const news of await this.findNews(visitorId, chatIds)) {
      const { affected } = await this.dataSource
        .getRepository(SimpleChatThread)
        .update({ chatId: news.chatId, heardSeq: news.heardSeq }, { heardSeq: news.lastSeq });
      if (affected !== 0) taken.push(...news.texts);
    }
    return taken;
  }

  private async findNews(visitorId: string, chatIds: string[]): Promise<News[]> {
    const within = visitorId === '' ? `s.chat_id IN (${placeholders(chatIds.length)})` : 's.visitor_id = ?';
    const rows = await this.dataSource.query<{ chat_id: string; heard_seq: number; next_seq: number }[]>(
      `SELECT s.chat_id, s.heard_seq, c.next_seq FROM simple_chat_threads s JOIN chats c ON c.id = s.chat_id
       WHERE ${within} AND c.next_seq > s.heard_seq + 1 ORDER BY s.chat_id`,
      visitorId === '' ? chatIds : [visitorId],
    );
    return Promise.all(
      rows.map(async ({ chat_id: chatId, heard_seq: heardSeq, next_seq: nextSeq }) => {
        const lastSeq = nextSeq - 1;
        return { chatId, heardSeq, lastSeq, texts: await this.findTexts(chatId, heardSeq, lastSeq) };
      }),
    );
  }

  private async findTexts(chatId: string, after: number, last: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ text: string }[]>(
      `SELECT text FROM messages
       WHERE chat_id = ? AND seq > ? AND seq <= ? AND author IN ('agent', 'system') AND kind = 'message' ORDER BY seq`,
      [chatId, after, last],
    );
    return rows.map(({ text }) => fromSqlJson<string>(text));
  }
}

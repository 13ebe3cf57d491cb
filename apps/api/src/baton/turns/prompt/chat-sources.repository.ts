import { fromSqlBytes, GroupCommit, placeholders, type SqlBytes } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isSourceType, MAX_SOURCE_BYTES, type SourceFile } from './turn-sources.js';

const MAX_SOURCES = 20;

interface FileRow {
  chat_id: string;
  file_id: string;
  path: string;
  content_type: string;
  size: number;
}

/** The files of a chat that the model can read. */
@Injectable()
export class ChatSourcesRepository {
  private readonly listings = new GroupCommit((chatIds: string[]) => this.listFiles(chatIds));

  constructor(private readonly dataSource: DataSource) {}

  /** Short text files, oldest first. */
  async findTextFiles(chatId: string): Promise<SourceFile[]> {
    const files = await this.listings.submit(chatId);
    const readable = files
      .filter((file) => isSourceType(file.content_type) && file.size > 0 && file.size <= MAX_SOURCE_BYTES)
      .slice(0, MAX_SOURCES);
    if (readable.length === 0) return [];
    const ids = readable.map((file) => file.file_id);
    const chunks = await this.dataSource.query<{ file_id: string; bytes: SqlBytes }[]>(
      `SELECT file_id, bytes FROM stored_file_chunks WHERE file_id IN (${placeholders(ids.length)}) ORDER BY file_id, position`,
      ids,
    );
    return readable.map((file) => {
      const parts = chunks.filter((chunk) => chunk.file_id === file.file_id).map(({ bytes }) => fromSqlBytes(bytes));
      return { id: file.file_id, path: file.path, text: Buffer.concat(parts).toString('utf8') };
    });
  }

  /** Turns that start together share the query; few chats have files. */
  private async listFiles(chatIds: string[]): Promise<FileRow[][]> {
    const files = await this.dataSource.query<FileRow[]>(
      `SELECT c.chat_id, c.file_id, c.path, f.content_type, f.size FROM chat_files c JOIN stored_files f ON f.id = c.file_id
       WHERE c.chat_id IN (${placeholders(chatIds.length)}) ORDER BY c.created_at, c.path_hash`,
      chatIds,
    );
    return chatIds.map((chatId) => files.filter((file) => file.chat_id === chatId));
  }
}

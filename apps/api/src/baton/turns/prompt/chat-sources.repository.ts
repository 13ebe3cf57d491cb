import { fromSqlBytes, fromSqlTime, GroupCommit, placeholders, type SqlBytes } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ProviderAttachment } from '@app/openai';
import { shownOf, type AttachedFile } from './turn-attachments.js';
import { isSource, isSourceType, type SourceFile } from './turn-sources.js';

const MAX_SOURCES = 20;
const MAX_ATTACHED = 20;

interface FileRow {
  chat_id: string;
  file_id: string;
  path: string;
  content_type: string;
  size: number;
  created_at: string | Date;
}

export interface ChatSources {
  /** Short text files, oldest first. */
  texts: SourceFile[];
  /** All others, oldest first. */
  attached: AttachedFile[];
}

const NO_SOURCES: ChatSources = { texts: [], attached: [] };

/** The files of a chat that the model can read. */
@Injectable()
export class ChatSourcesRepository {
  private readonly listings = new GroupCommit((chatIds: string[]) => this.listFiles(chatIds));

  constructor(private readonly dataSource: DataSource) {}

  async findSources(chatId: string): Promise<ChatSources> {
    const files = await this.listings.submit(chatId);
    if (files.length === 0) return NO_SOURCES;
    const readable = files.filter(isSource).slice(0, MAX_SOURCES);
    const shown = shownOf(files);
    const others = files.filter((file) => !isSourceType(file.content_type)).slice(-MAX_ATTACHED);
    const bytes = await this.readAll([...readable, ...shown.keys()]);
    return {
      texts: readable.map((file) => ({
        id: file.file_id,
        path: file.path,
        text: bytes.get(file.file_id)!.toString('utf8'),
      })),
      attached: others.map((file) => ({
        path: file.path,
        createdAt: fromSqlTime(file.created_at),
        shown: shown.has(file) ? attachmentOf(file, shown.get(file)!, bytes.get(file.file_id)!) : null,
      })),
    };
  }

  private async readAll(files: FileRow[]): Promise<Map<string, Buffer>> {
    const ids = files.map((file) => file.file_id);
    if (ids.length === 0) return new Map();
    const chunks = await this.dataSource.query<{ file_id: string; bytes: SqlBytes }[]>(
      `SELECT file_id, bytes FROM stored_file_chunks WHERE file_id IN (${placeholders(ids.length)}) ORDER BY file_id, position`,
      ids,
    );
    const partsOf = (id: string): Buffer[] =>
      chunks.filter((chunk) => chunk.file_id === id).map(({ bytes }) => fromSqlBytes(bytes));
    return new Map(ids.map((id) => [id, Buffer.concat(partsOf(id))]));
  }

  /** Turns that start together share the query; few chats have files. */
  private async listFiles(chatIds: string[]): Promise<FileRow[][]> {
    const files = await this.dataSource.query<FileRow[]>(
      `SELECT c.chat_id, c.file_id, c.path, f.content_type, f.size, c.created_at FROM chat_files c JOIN stored_files f ON f.id = c.file_id
       WHERE c.chat_id IN (${placeholders(chatIds.length)}) ORDER BY c.created_at, c.path_hash`,
      chatIds,
    );
    return chatIds.map((chatId) => files.filter((file) => file.chat_id === chatId));
  }
}

const attachmentOf = (file: FileRow, kind: ProviderAttachment['kind'], bytes: Buffer): ProviderAttachment => ({
  kind,
  name: file.path,
  dataUrl: `data:${file.content_type};base64,${bytes.toString('base64')}`,
});

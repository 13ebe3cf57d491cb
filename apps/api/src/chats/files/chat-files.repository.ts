import {
  ChatFile,
  dialectOf,
  fromSqlBytes,
  fromSqlTime,
  StoredFile,
  StoredFileChunk,
  type SqlBytes,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';

/** MariaDB limits a blob to 64 kB. */
const CHUNK_LENGTH = 48_000;
/** About a megabyte. */
const CHUNKS_PER_READ = 20;
const ORPHANS_PER_RUN = 500;

export interface ChatFileRow {
  fileId: string;
  path: string;
  contentType: string;
  size: number;
  sha256: string;
  createdAt: Date;
}

export interface FileLimits {
  files: number;
  bytes: number;
}

interface FileRow {
  file_id: string;
  path: string;
  content_type: string;
  size: number;
  sha256: string;
  created_at: string | Date;
}

const SELECT_FILE = `SELECT c.file_id, c.path, f.content_type, f.size, f.sha256, c.created_at
  FROM chat_files c JOIN stored_files f ON f.id = c.file_id`;

/** The files of chats, stored in the database in chunks, so that every instance can serve them. */
@Injectable()
export class ChatFilesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(chatId: string, path: string): Promise<ChatFileRow | null> {
    const [row] = await this.dataSource.query<FileRow[]>(`${SELECT_FILE} WHERE c.chat_id = ? AND c.path_hash = ?`, [
      chatId,
      hashOf(path),
    ]);
    return row === undefined ? null : fileOf(row);
  }

  async list(chatId: string): Promise<ChatFileRow[]> {
    const rows = await this.dataSource.query<FileRow[]>(`${SELECT_FILE} WHERE c.chat_id = ?`, [chatId]);
    return rows.map(fileOf).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Streams the bytes in order. */
  async *readBytes(fileId: string): AsyncGenerator<Buffer> {
    for (let from = 0; ; from += CHUNKS_PER_READ) {
      const rows = await this.dataSource.query<{ bytes: SqlBytes }[]>(
        'SELECT bytes FROM stored_file_chunks WHERE file_id = ? AND position >= ? AND position < ? ORDER BY position',
        [fileId, from, from + CHUNKS_PER_READ],
      );
      for (const { bytes } of rows) yield fromSqlBytes(bytes);
      if (rows.length < CHUNKS_PER_READ) return;
    }
  }

  /** Stores the file under its path in the chat, replacing another. Writes into one chat are serialised. */
  put(
    chatId: string,
    path: string,
    file: StoredFile,
    bytes: Buffer,
    limits: FileLimits,
  ): Promise<'done' | 'missing' | 'full'> {
    return this.dataSource.transaction(async (manager) => {
      if (!(await lockChat(manager, chatId))) return 'missing';
      const pathHash = hashOf(path);
      const [used] = await manager.query<{ files: number | string; bytes: number | string }[]>(
        `SELECT COUNT(*) AS files, COALESCE(SUM(f.size), 0) AS bytes FROM chat_files c JOIN stored_files f ON f.id = c.file_id
         WHERE c.chat_id = ? AND c.path_hash <> ?`,
        [chatId, pathHash],
      );
      if (Number(used!.files) >= limits.files || Number(used!.bytes) + file.size > limits.bytes) return 'full';
      await deleteFile(manager, chatId, pathHash);
      await manager.insert(StoredFile, file);
      for (let at = 0, position = 0; at < bytes.length; at += CHUNK_LENGTH, position++) {
        const part = bytes.subarray(at, at + CHUNK_LENGTH);
        await manager.insert(StoredFileChunk, { fileId: file.id, position, bytes: part });
      }
      await manager.insert(ChatFile, { chatId, pathHash, path, fileId: file.id, createdAt: file.createdAt });
      return 'done';
    });
  }

  /** False when there is no such file. */
  remove(chatId: string, path: string): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      if (!(await lockChat(manager, chatId))) return false;
      return deleteFile(manager, chatId, hashOf(path));
    });
  }

  /** Deletes files without a reference, as the deletion of an account leaves them. Returns their number. */
  async deleteOrphans(before: Date): Promise<number> {
    const rows = await this.dataSource
      .createQueryBuilder(StoredFile, 'file')
      .select('file.id', 'id')
      .where('file.createdAt < :before', { before })
      .andWhere('NOT EXISTS (SELECT 1 FROM chat_files c WHERE c.file_id = file.id)')
      .andWhere('NOT EXISTS (SELECT 1 FROM bots b WHERE b.image_file_id = file.id)')
      .limit(ORPHANS_PER_RUN)
      .getRawMany<{ id: string }>();
    for (const { id } of rows) await this.dataSource.manager.delete(StoredFile, { id });
    return rows.length;
  }
}

const hashOf = (path: string): string => createHash('sha256').update(path).digest('hex');

async function lockChat(manager: EntityManager, chatId: string): Promise<boolean> {
  const { forUpdate } = dialectOf(manager.connection);
  const rows = await manager.query<unknown[]>(`SELECT id FROM chats WHERE id = ?${forUpdate}`, [chatId]);
  return rows.length > 0;
}

/** Deletes the file; its row in `chat_files` follows by the foreign key. */
async function deleteFile(manager: EntityManager, chatId: string, pathHash: string): Promise<boolean> {
  const old = await manager.findOneBy(ChatFile, { chatId, pathHash });
  if (old === null) return false;
  await manager.delete(StoredFile, { id: old.fileId });
  return true;
}

const fileOf = (row: FileRow): ChatFileRow => ({
  fileId: row.file_id,
  path: row.path,
  contentType: row.content_type,
  size: row.size,
  sha256: row.sha256,
  createdAt: fromSqlTime(row.created_at),
});

import { Bot, dialectOf, StoredFile, StoredFileChunk } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';

/** A blob ends at 64 kB on MariaDB. */
const CHUNK_LENGTH = 48_000;

@Injectable()
export class BotImagesRepository {
  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    @InjectRepository(StoredFileChunk) private readonly chunks: Repository<StoredFileChunk>,
  ) {}

  find(fileId: string): Promise<StoredFile | null> {
    return this.files.findOneBy({ id: fileId });
  }

  async readBytes(fileId: string): Promise<Buffer> {
    const chunks = await this.chunks.find({ where: { fileId }, order: { position: 'ASC' } });
    // The embedded database gives an ArrayBuffer, although the entity says Buffer.
    return Buffer.concat(chunks.map(({ bytes }) => Buffer.from(bytes)));
  }

  /** Puts the file in the place of the bot's image. */
  replace(botId: string, file: StoredFile, bytes: Buffer): Promise<void> {
    return this.exchange(botId, async (tx) => {
      await tx.insert(StoredFile, file);
      for (let at = 0, position = 0; at < bytes.length; at += CHUNK_LENGTH, position++) {
        await tx.insert(StoredFileChunk, {
          fileId: file.id,
          position,
          bytes: bytes.subarray(at, at + CHUNK_LENGTH),
        });
      }
      return file.id;
    });
  }

  remove(botId: string): Promise<void> {
    return this.exchange(botId, () => Promise.resolve(null));
  }

  /** One at a time for each bot, so that no image is left behind. */
  private async exchange(botId: string, storeNew: (tx: EntityManager) => Promise<string | null>): Promise<void> {
    const { manager } = this.files;
    const { forUpdate } = dialectOf(manager.connection);
    await manager.transaction(async (tx) => {
      const [row] = await tx.query<{ old: string | null }[]>(
        `SELECT image_file_id AS old FROM bots WHERE id = ?${forUpdate}`,
        [botId],
      );
      const imageFileId = await storeNew(tx);
      await tx.update(Bot, { id: botId }, { imageFileId, updatedAt: new Date() });
      if (row?.old) await tx.delete(StoredFile, { id: row.old });
    });
  }
}

import { Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { IdColumn, PrimaryId, PrimaryKeyString, StringColumn, TimeColumn } from '../../columns.js';
import { Chat } from './chat.entity.js';
import { StoredFile } from '../stored-file.entity.js';

/** A file in a chat's own folder. */
@Entity('chat_files')
export class ChatFile {
  @PrimaryId()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_chat_files_chat' })
  chat?: Relation<Chat>;

  /** SHA-256 of the path, hex: paths are longer than an index key may be. */
  @PrimaryKeyString(64)
  pathHash: string;

  @StringColumn(1024)
  path: string;

  @Index('ix_chat_files_file')
  @IdColumn()
  fileId: string;

  @ManyToOne(() => StoredFile, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'file_id', foreignKeyConstraintName: 'fk_chat_files_file' })
  file?: Relation<StoredFile>;

  @TimeColumn()
  createdAt: Date;
}

/** A one-time download ticket: only its hash is stored. */
@Entity('tickets')
export class Ticket {
  @PrimaryKeyString(64)
  hash: string;

  @Index('ix_tickets_chat')
  @IdColumn()
  chatId: string;

  @ManyToOne(() => Chat, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'chat_id', foreignKeyConstraintName: 'fk_tickets_chat' })
  chat?: Relation<Chat>;

  @Index('ix_tickets_expires')
  @TimeColumn()
  expiresAt: Date;
}

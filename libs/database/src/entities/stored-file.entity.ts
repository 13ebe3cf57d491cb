import { Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { BytesColumn, IntColumn, PrimaryId, StringColumn, TimeColumn } from '../columns.js';

/** Bytes kept in the database, so that every instance can serve them. */
@Entity('stored_files')
export class StoredFile {
  @PrimaryId()
  id: string;

  @StringColumn(127)
  contentType: string;

  @IntColumn()
  size: number;

  @StringColumn(64)
  sha256: string;

  @TimeColumn()
  createdAt: Date;
}

@Entity('stored_file_chunks')
export class StoredFileChunk {
  @PrimaryId()
  fileId: string;

  @ManyToOne(() => StoredFile, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'file_id', foreignKeyConstraintName: 'fk_stored_file_chunks_file' })
  file?: Relation<StoredFile>;

  @PrimaryColumn({ type: 'int' })
  position: number;

  @BytesColumn()
  bytes: Buffer;
}

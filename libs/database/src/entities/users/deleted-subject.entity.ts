import { Entity, Index } from 'typeorm';
import { IntColumn, PrimaryKeyString, TimeColumn } from '../../columns.js';

/** A subject of an issuer whose account an administrator has deleted: its tokens do not create a new account. */
@Entity('deleted_subjects')
export class DeletedSubject {
  /** SHA-256 of `issuer|subject`, hex: nothing else of the person is kept. */
  @PrimaryKeyString(64)
  subjectHash: string;

  /** The account that was. */
  @Index('ix_deleted_subjects_user')
  @IntColumn()
  userId: number;

  @TimeColumn()
  deletedAt: Date;
}

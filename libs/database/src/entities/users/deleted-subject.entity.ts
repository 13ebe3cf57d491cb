import { Entity, Index } from 'typeorm';
import { IntColumn, PrimaryKeyString, TimeColumn } from '../../columns.js';

/** Somebody whom an issuer still vouches for, and whose account an administrator has deleted: no new one is made of its own accord. */
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

import { Entity, Index } from 'typeorm';
import { IntColumn, PrimaryKeyString, TimeColumn } from '../../columns.js';

/** A person whom an issuer still vouches for, and whose account an administrator has deleted: no new one is created automatically. */
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

import { changeRow } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, MoreThan } from 'typeorm';
import type { ChangeSecret, SecretTable } from './secret-table.js';

/** The rows that hold sealed secrets. */
@Injectable()
export class SealedRowsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The rows after that id, in the order of their ids. */
  list({ entity, columns }: SecretTable, afterId: string, limit: number): Promise<{ id: string }[]> {
    return this.dataSource.getRepository(entity).find({
      select: Object.fromEntries(['id', ...columns].map((column) => [column, true])),
      where: { id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** Changes the secrets that the row holds now. What others write into it at the same time is not lost. */
  async change(table: SecretTable, id: string, change: ChangeSecret): Promise<void> {
    await changeRow(this.dataSource, table.entity, id, (row) => table.change(row, change));
  }
}

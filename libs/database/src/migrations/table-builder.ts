import { Table, type QueryRunner, type TableColumnOptions, type TableForeignKeyOptions } from 'typeorm';
import { ID_LENGTH } from '../columns.js';

type Column = Omit<TableColumnOptions, 'name'>;
type Columns = Record<string, Column>;
type OnDelete = 'CASCADE' | 'SET NULL' | 'RESTRICT';

/**
 * Writes one table definition for every engine. The differences are few and all live here: machine-made strings (ids,
 * hashes, codes of states) compare as binary on MySQL and MariaDB, as they already do on SQLite; `int` is `integer` there.
 */
export class TableBuilder {
  private readonly isSqlite: boolean;

  constructor(private readonly runner: QueryRunner) {
    this.isSqlite = runner.connection.options.type === 'better-sqlite3';
  }

  /** Machine-made string: ids, hashes, states. */
  key = (length: number = ID_LENGTH): Column => ({
    type: 'varchar',
    length: String(length),
    ...(!this.isSqlite && { charset: 'ascii', collation: 'ascii_bin' }),
  });
  /** Human text, found without regard to case on MySQL and MariaDB. */
  varchar = (length: number): Column => ({ type: 'varchar', length: String(length) });
  /** Human text that must be told apart exactly, and that may hold any character. */
  exact = (length: number): Column => ({
    type: 'varchar',
    length: String(length),
    ...(!this.isSqlite && { charset: 'utf8mb4', collation: 'utf8mb4_bin' }),
  });
  text = (): Column => ({ type: 'text' });
  json = (): Column => ({ type: 'json' });
  int = (): Column => ({ type: this.isSqlite ? 'integer' : 'int' });
  bigint = (): Column => ({ type: 'bigint' });
  flag = (): Column => (this.isSqlite ? { type: 'boolean' } : { type: 'tinyint' });
  time = (): Column => ({ type: 'datetime', precision: 3 });
  bytes = (): Column => ({ type: 'blob' });
  primary = (column: Column): Column => ({ ...column, isPrimary: true });
  generated = (): Column => ({ ...this.int(), isPrimary: true, isGenerated: true, generationStrategy: 'increment' });
  nullable = (column: Column): Column => ({ ...column, isNullable: true });

  foreignKey(name: string, column: string, table: string, onDelete: OnDelete): TableForeignKeyOptions {
    return {
      name,
      columnNames: [column],
      referencedTableName: table,
      referencedColumnNames: ['id'],
      onDelete,
      // Without it MariaDB reports drift for ever.
      onUpdate: 'NO ACTION',
    };
  }

  async create(
    name: string,
    columns: Columns,
    parts: {
      foreignKeys?: TableForeignKeyOptions[];
      indices?: Record<string, string[]>;
      unique?: Record<string, string[]>;
    } = {},
  ): Promise<void> {
    const index = (isUnique: boolean) => (entry: [string, string[]]) => ({
      name: entry[0],
      columnNames: entry[1],
      isUnique,
    });
    await this.runner.createTable(
      new Table({
        name,
        columns: Object.entries(columns).map(([column, options]) => ({ ...options, name: column })),
        foreignKeys: parts.foreignKeys ?? [],
        indices: [
          ...Object.entries(parts.indices ?? {}).map(index(false)),
          ...Object.entries(parts.unique ?? {}).map(index(true)),
        ],
      }),
    );
  }

  /** Adds columns in place. TypeORM would copy the table on SQLite, which the rows that refer to it do not allow. */
  async addNullable(table: string, columns: Columns): Promise<void> {
    for (const [name, column] of Object.entries(columns)) await this.add(table, name, column, '');
  }

  /** Adds columns in place; `initial` is what older rows hold, and newer ones that do not say. */
  async addWithDefault(
    table: string,
    columns: Record<string, [column: Column, initial: string | number]>,
  ): Promise<void> {
    for (const [name, [column, initial]] of Object.entries(columns)) {
      const value = typeof initial === 'number' ? String(initial) : `'${initial}'`;
      await this.add(table, name, column, ` NOT NULL DEFAULT ${value}`);
    }
  }

  private async add(table: string, name: string, column: Column, rest: string): Promise<void> {
    const { type, length, charset, collation } = column;
    const sizedType = length === undefined ? type : `${type}(${length})`;
    const letters = charset === undefined ? '' : ` CHARACTER SET ${charset} COLLATE ${collation}`;
    await this.runner.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${sizedType}${letters}${rest}`);
  }
}

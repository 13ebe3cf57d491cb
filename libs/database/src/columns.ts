import { Column, PrimaryColumn, type ColumnOptions } from 'typeorm';

/*
 * The column kinds that mean the same on SQLite, MariaDB and MySQL. Entities use these and nothing else, so that one set of
 * entities and one set of migrations serves every engine without drift. Collations and charsets live in the migrations.
 */

type Options = Pick<ColumnOptions, 'nullable' | 'name' | 'default'>;

/** UUIDv7 string, compared as binary. */
export const ID_LENGTH = 36;

export const PrimaryId = (): PropertyDecorator => PrimaryColumn({ type: 'varchar', length: ID_LENGTH });
export const PrimaryKeyString = (length: number): PropertyDecorator => PrimaryColumn({ type: 'varchar', length });

export const IdColumn = (options: Options = {}): PropertyDecorator =>
  Column({ type: 'varchar', length: ID_LENGTH, ...options });
export const StringColumn = (length: number, options: Options = {}): PropertyDecorator =>
  Column({ type: 'varchar', length, ...options });
/** Bounded text: at most 16,000 characters (MariaDB ends a `text` at 64 kB). What can grow beyond is a {@link JsonColumn}. */
export const TextColumn = (options: Options = {}): PropertyDecorator => Column({ type: 'text', ...options });
export const JsonColumn = (options: Options = {}): PropertyDecorator => Column({ type: 'json', ...options });
export const IntColumn = (options: Options = {}): PropertyDecorator => Column({ type: 'int', ...options });
/** Integers up to 2^53, for money in nano-dollars. */
export const BigIntColumn = (options: Options = {}): PropertyDecorator =>
  Column({
    type: 'bigint',
    ...options,
    transformer: {
      to: (value: number | null) => value,
      from: (value: string | number | null) => (value === null ? null : Number(value)),
    },
  });
export const FlagColumn = (): PropertyDecorator => Column({ type: 'boolean' });
/** Milliseconds, UTC, set in code. */
export const TimeColumn = (options: Options = {}): PropertyDecorator =>
  Column({ type: 'datetime', precision: 3, ...options });
/** At most 64 kB on MariaDB: larger contents are cut into chunks. */
export const BytesColumn = (): PropertyDecorator =>
  Column({
    type: 'blob',
    // The embedded driver gives an ArrayBuffer.
    transformer: {
      to: (value: Buffer) => value,
      from: (value: Buffer | ArrayBuffer) => Buffer.from(value as ArrayBuffer),
    },
  });

export type JsonValue = object | string | number | boolean | null;

/** Gives what an envelope becomes: another envelope for the same place, or the same one. */
export type ChangeSecret = (envelope: string, place: string) => string;

/** The rows of one table that hold sealed secrets, and where in them. The feature that seals them describes it. */
export interface SecretTable<Row extends { id: string } = { id: string }> {
  readonly entity: new () => Row;
  /** What `change` reads, beside the id. */
  readonly columns: readonly string[];
  /** The columns with every envelope changed. It is also how the envelopes are found: by a change that notes them. */
  change(row: Row, change: ChangeSecret): Partial<Row>;
}

/** To be injected: all tables of the installation. */
export const SECRET_TABLES = Symbol('secret tables');

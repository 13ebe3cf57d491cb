import { Inject, Injectable } from '@nestjs/common';
import { keyIdIn } from '../envelope/secret-envelope.js';
import { SecretsService } from '../secrets.service.js';
import { SealedRowsRepository } from './sealed-rows.repository.js';
import { SECRET_TABLES, type SecretTable } from './secret-table.js';

const ROWS_PER_READ = 50;
const NO_KEY = '';

export interface SecretCount {
  /** Empty for envelopes that name no key. */
  keyId: string;
  count: number;
  unreadable: number;
}

/** What was found in some rows. */
export interface Renewal {
  checked: number;
  renewed: number;
  unreadable: number;
}

/** All secrets that the installation has sealed, wherever they are stored. */
@Injectable()
export class SealedSecretsService {
  constructor(
    private readonly secrets: SecretsService,
    private readonly rows: SealedRowsRepository,
    @Inject(SECRET_TABLES) private readonly tables: readonly SecretTable[],
  ) {}

  /** How many secrets each key has sealed. */
  async count(): Promise<SecretCount[]> {
    const counts = new Map<string, SecretCount>();
    for await (const { row, table } of this.all()) {
      table.change(row, (envelope, place) => {
        const keyId = keyIdIn(envelope) ?? NO_KEY;
        const count = counts.get(keyId) ?? { keyId, count: 0, unreadable: 0 };
        count.count += 1;
        if (this.secrets.open(envelope, place) === null) count.unreadable += 1;
        counts.set(keyId, count);
        return envelope;
      });
    }
    return [...counts.values()];
  }

  /**
   * Seals with the current key what another one has sealed, row by row: while calls run, and while administrators change the rows. Ends
   * early when `progressed`, which hears of every step, says so.
   */
  async renew(progressed: (step: Renewal) => Promise<boolean>): Promise<void> {
    let step: Renewal = { checked: 0, renewed: 0, unreadable: 0 };
    for await (const { row, table, isLastRead } of this.all()) {
      const found = this.inspect(table, row);
      step.checked += found.checked;
      step.unreadable += found.unreadable;
      if (found.renewable > 0) {
        await this.rows.change(table, row.id, (envelope, place) => this.secrets.renew(envelope, place));
        step.renewed += found.renewable;
      }
      if (!isLastRead) continue;
      if (!(await progressed(step))) return;
      step = { checked: 0, renewed: 0, unreadable: 0 };
    }
  }

  private inspect(table: SecretTable, row: { id: string }) {
    const found = { checked: 0, renewable: 0, unreadable: 0 };
    table.change(row, (envelope, place) => {
      found.checked += 1;
      if (this.secrets.open(envelope, place) === null) found.unreadable += 1;
      else if (keyIdIn(envelope) !== this.secrets.keyIds[0]) found.renewable += 1;
      return envelope;
    });
    return found;
  }

  private async *all() {
    for (const table of this.tables) {
      let after = '';
      for (;;) {
        const rows = await this.rows.list(table, after, ROWS_PER_READ);
        for (const [index, row] of rows.entries()) yield { table, row, isLastRead: index === rows.length - 1 };
        if (rows.length < ROWS_PER_READ) break;
        after = rows.at(-1)!.id;
      }
    }
  }
}

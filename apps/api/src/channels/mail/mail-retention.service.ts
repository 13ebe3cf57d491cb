import { Injectable } from '@nestjs/common';
import { InboxRepository } from './inbox.repository.js';
import { OutboxRepository } from './outbox.repository.js';

const DAY_MS = 24 * 3_600_000;
/** As long as a message is known, the same message again has no effect. */
const KEPT_DAYS = 30;
const ROWS_AT_A_TIME = 1000;

/** Forgets what a channel received and sent, after a while. What waits is kept, unless the channel was switched off meanwhile. */
@Injectable()
export class MailRetentionService {
  constructor(
    private readonly inbox: InboxRepository,
    private readonly outbox: OutboxRepository,
  ) {}

  async deleteOld(channel: string, isOn: boolean, now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
    for (const table of [this.inbox, this.outbox]) {
      while ((await table.deleteSettled(channel, before, ROWS_AT_A_TIME)) === ROWS_AT_A_TIME);
      if (isOn) continue;
      while ((await table.deleteAbandoned(channel, before, ROWS_AT_A_TIME)) === ROWS_AT_A_TIME);
    }
  }
}

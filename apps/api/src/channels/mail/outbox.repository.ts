import { dialectOf, fromSqlTime, insertRows, OutboxMessage, placeholders, SqlExpression } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { deleteRows, releaseOrphans } from './mail-table.js';

export interface NewOutboxMessage {
  channel: string;
  lane: string;
  chatId: string | null;
  messageId: string | null;
  /** Of the same source each message is owed once. */
  sourceKey: string;
  text: string;
}

export interface ClaimedOutbox {
  id: number;
  claim: string;
  lane: string;
  chatId: string | null;
  messageId: string | null;
  text: string;
  attempts: number;
  /** An earlier attempt may have reached the service. */
  isUncertain: boolean;
  firstAttemptAt: Date | null;
}

interface ClaimedRow {
  id: number;
  lane: string;
  chat_id: string | null;
  message_id: string | null;
  text: string;
  attempts: number;
  is_uncertain: number;
  first_attempt_at: string | Date | null;
}

type Claim = Pick<ClaimedOutbox, 'id' | 'claim'>;

/** Owes messages to people within a transaction that says why they are owed. */
export async function insertOutbox(manager: EntityManager, messages: NewOutboxMessage[]): Promise<void> {
  const now = new SqlExpression(dialectOf(manager.connection).now);
  await insertRows(
    manager,
    'outbox',
    messages.map((message) => ({
      channel: message.channel,
      lane: message.lane,
      chat_id: message.chatId,
      message_id: message.messageId,
      source_key: message.sourceKey,
      text: message.text,
      state: 'pending',
      attempts: 0,
      is_uncertain: false,
      due_at: now,
      created_at: now,
    })),
  );
}

/** Messages that we owe to others, until the service has taken them: those of one lane one after the other. */
@Injectable()
export class OutboxRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Claims the first message of lanes without a claim; the claim ends by itself. Whether it is sent is open from now on. */
  async claim(channel: string, limit: number, claimMs: number): Promise<ClaimedOutbox[]> {
    const { now, nowPlus } = dialectOf(this.dataSource);
    const due = await this.dataSource.query<ClaimedRow[]>(
      `SELECT o.id, o.lane, o.chat_id, o.message_id, o.text, o.attempts, o.is_uncertain, o.first_attempt_at
       FROM (SELECT MIN(id) AS id FROM outbox WHERE channel = ? AND state = 'pending' GROUP BY lane) head
       JOIN outbox o ON o.id = head.id WHERE o.due_at <= ${now} ORDER BY o.id LIMIT ?`,
      [channel, limit],
    );
    if (due.length === 0) return [];
    const ids = due.map(({ id }) => id);
    const claim = uuidv7();
    await this.dataSource.query(
      `UPDATE outbox SET claim = ?, attempts = attempts + 1, is_uncertain = 1, due_at = ${nowPlus(claimMs)},
         first_attempt_at = COALESCE(first_attempt_at, ${now})
       WHERE id IN (${placeholders(ids.length)}) AND state = 'pending' AND due_at <= ${now}`,
      [claim, ...ids],
    );
    const claimed = await this.dataSource.query<{ id: number; attempts: number }[]>(
      `SELECT id, attempts FROM outbox WHERE id IN (${placeholders(ids.length)}) AND claim = ?`,
      [...ids, claim],
    );
    const attemptsOf = new Map(claimed.map(({ id, attempts }) => [id, attempts]));
    return due
      .filter((row) => attemptsOf.has(row.id))
      .map((row) => ({
        id: row.id,
        claim,
        lane: row.lane,
        chatId: row.chat_id,
        messageId: row.message_id,
        text: row.text,
        attempts: attemptsOf.get(row.id)!,
        isUncertain: Boolean(row.is_uncertain),
        firstAttemptAt: row.first_attempt_at === null ? null : fromSqlTime(row.first_attempt_at),
      }));
  }

  /** The service has taken the message. */
  async settle(message: Claim, externalId: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE outbox SET state = 'sent', is_uncertain = 0, claim = NULL, external_id = ?, error_code = NULL,
         error_detail = NULL, settled_at = ${dialectOf(this.dataSource).now}
       WHERE id = ? AND claim = ? AND state = 'pending'`,
      [externalId, message.id, message.claim],
    );
  }

  /** The message is given back for another attempt. */
  async postpone(message: Claim, delayMs: number, failure: Failure, isUncertain: boolean): Promise<void> {
    await this.dataSource.query(
      `UPDATE outbox SET claim = NULL, is_uncertain = ?, error_code = ?, error_detail = ?,
         due_at = ${dialectOf(this.dataSource).nowPlus(delayMs)}
       WHERE id = ? AND claim = ? AND state = 'pending'`,
      [Number(isUncertain), failure.code, failure.detail, message.id, message.claim],
    );
  }

  /** The message will not be tried again by itself. False when it was settled meanwhile. */
  async bury(message: Claim, failure: Failure, isUncertain: boolean): Promise<boolean> {
    const { affected } = await this.dataSource.manager.update(
      OutboxMessage,
      { id: message.id, claim: message.claim, state: 'pending' },
      { ...dead(failure), isUncertain },
    );
    return affected === 1;
  }

  /** Stores what the service says of a message that it has taken. With a failure it becomes a dead letter. */
  async report(
    message: OutboxMessage,
    delivery: string,
    externalId: string | null,
    failure: Failure | null,
  ): Promise<void> {
    // Where its answer was lost, the report proves that the service has the message.
    const isProof = message.state === 'pending' || (message.state === 'dead' && message.isUncertain);
    const sent = { state: 'sent' as const, isUncertain: false, claim: null, settledAt: new Date() };
    const settled = failure === null ? isProof && sent : { ...dead(failure), isUncertain: false };
    await this.dataSource.manager.update(
      OutboxMessage,
      { id: message.id, state: message.state },
      { delivery, externalId: message.externalId ?? externalId, ...settled },
    );
  }

  /** Those of the ids that messages of ours have: what the service lists under them is not the message that is looked for. */
  async findKnown(channel: string, externalIds: string[]): Promise<Set<string>> {
    if (externalIds.length === 0) return new Set();
    const rows = await this.dataSource.query<{ external_id: string }[]>(
      `SELECT external_id FROM outbox WHERE channel = ? AND external_id IN (${placeholders(externalIds.length)})`,
      [channel, ...externalIds],
    );
    return new Set(rows.map((row) => row.external_id));
  }

  /** An embedded database has one process: claims from before its start are void. */
  releaseOrphans(channel: string): Promise<void> {
    return releaseOrphans(this.dataSource, 'outbox', channel);
  }

  find(channel: string, id: number): Promise<OutboxMessage | null> {
    return this.dataSource.getRepository(OutboxMessage).findOneBy({ id, channel });
  }

  /** Returns how many there were; at most `limit`. */
  deleteSettled(channel: string, before: Date, limit: number): Promise<number> {
    return deleteRows(
      this.dataSource,
      'outbox',
      `state IN ('sent', 'dead') AND settled_at < ?`,
      channel,
      before,
      limit,
    );
  }

  /** Messages that will not be sent: the channel was switched off. */
  deleteAbandoned(channel: string, before: Date, limit: number): Promise<number> {
    return deleteRows(this.dataSource, 'outbox', 'created_at < ?', channel, before, limit);
  }
}

/** Why a message was not sent: the service's code, or one of ours, and a sentence. */
export interface Failure {
  code: string;
  detail: string;
}

const dead = ({ code, detail }: Failure) => ({
  state: 'dead' as const,
  claim: null,
  errorCode: code,
  errorDetail: detail,
  settledAt: new Date(),
});

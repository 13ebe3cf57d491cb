import {
  dialectOf,
  fromSqlJson,
  InboxMessage,
  insertRows,
  isDuplicate,
  placeholders,
  SqlExpression,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { deleteRows, releaseOrphans } from './mail-table.js';
import { insertOutbox, type NewOutboxMessage } from './outbox.repository.js';

export interface ClaimedInbox<Payload> {
  id: number;
  claim: string;
  attempts: number;
  externalId: string;
  payload: Payload;
}

interface ClaimedRow {
  id: number;
  attempts: number;
  external_id: string;
  payload: string;
}

const ERROR_LENGTH = 300;

/** Messages that came from outside, until they are handled: those of one lane one after the other, each by one instance at a time. */
@Injectable()
export class InboxRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** False when the message is there already. When this returns the message is durable. */
  async store(message: { channel: string; externalId: string; lane: string; payload: object }): Promise<boolean> {
    const now = new SqlExpression(dialectOf(this.dataSource).now);
    try {
      await insertRows(this.dataSource.manager, 'inbox', [
        {
          channel: message.channel,
          external_id: message.externalId,
          lane: message.lane,
          payload: JSON.stringify(message.payload),
          state: 'pending',
          attempts: 0,
          due_at: now,
          received_at: now,
        },
      ]);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Claims the first message of lanes without a claim; the claim ends by itself. */
  async claim<Payload>(channel: string, limit: number, claimMs: number): Promise<ClaimedInbox<Payload>[]> {
    const { now, nowPlus } = dialectOf(this.dataSource);
    const due = await this.dataSource.query<{ id: number }[]>(
      `SELECT i.id FROM (SELECT MIN(id) AS id FROM inbox WHERE channel = ? AND state = 'pending' GROUP BY lane) head
       JOIN inbox i ON i.id = head.id WHERE i.due_at <= ${now} ORDER BY i.id LIMIT ?`,
      [channel, limit],
    );
    if (due.length === 0) return [];
    const ids = due.map(({ id }) => id);
    const claim = uuidv7();
    await this.dataSource.query(
      `UPDATE inbox SET claim = ?, attempts = attempts + 1, due_at = ${nowPlus(claimMs)}
       WHERE id IN (${placeholders(ids.length)}) AND state = 'pending' AND due_at <= ${now}`,
      [claim, ...ids],
    );
    const rows = await this.dataSource.query<ClaimedRow[]>(
      `SELECT id, attempts, external_id, payload FROM inbox WHERE id IN (${placeholders(ids.length)}) AND claim = ?`,
      [...ids, claim],
    );
    return rows.map((row) => ({
      id: row.id,
      claim,
      attempts: row.attempts,
      externalId: row.external_id,
      payload: fromSqlJson<Payload>(row.payload),
    }));
  }

  /** The message is dealt with; who sent it and what it said are forgotten. */
  async settle({ id, claim }: { id: number; claim: string }): Promise<void> {
    await this.dataSource.query(
      `UPDATE inbox SET state = 'handled', lane = '', payload = NULL, claim = NULL, handled_at = ${dialectOf(this.dataSource).now}
       WHERE id = ? AND claim = ?`,
      [id, claim],
    );
  }

  /** The message is given back for another attempt. */
  async postpone({ id, claim }: { id: number; claim: string }, delayMs: number, error: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE inbox SET claim = NULL, error = ?, due_at = ${dialectOf(this.dataSource).nowPlus(delayMs)}
       WHERE id = ? AND claim = ?`,
      [error.slice(0, ERROR_LENGTH), id, claim],
    );
  }

  /** The message cannot be handled. What its sender is told instead is owed in the same commit. */
  async bury(message: { id: number; claim: string }, error: string, reply: NewOutboxMessage): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(
        InboxMessage,
        { id: message.id, claim: message.claim },
        {
          state: 'dead',
          lane: '',
          claim: null,
          payload: null,
          error: error.slice(0, ERROR_LENGTH),
          handledAt: new Date(),
        },
      );
      if (affected === 1) await insertOutbox(manager, [reply]);
    });
  }

  /** An embedded database has one process: claims from before its start are void. */
  releaseOrphans(channel: string): Promise<void> {
    return releaseOrphans(this.dataSource, 'inbox', channel);
  }

  async countByState(channel: string): Promise<Record<InboxMessage['state'], number>> {
    const rows = await this.dataSource.query<{ state: InboxMessage['state']; count: number | string }[]>(
      'SELECT state, COUNT(*) AS count FROM inbox WHERE channel = ? GROUP BY state',
      [channel],
    );
    return {
      pending: 0,
      handled: 0,
      dead: 0,
      ...Object.fromEntries(rows.map((row) => [row.state, Number(row.count)])),
    };
  }

  /** Messages that were dealt with before; from then on the same message would be a new one. */
  deleteSettled(channel: string, before: Date, limit: number): Promise<number> {
    return deleteRows(
      this.dataSource,
      'inbox',
      `state IN ('handled', 'dead') AND handled_at < ?`,
      channel,
      before,
      limit,
    );
  }

  /** Messages that will not be handled: the channel was switched off. */
  deleteAbandoned(channel: string, before: Date, limit: number): Promise<number> {
    return deleteRows(this.dataSource, 'inbox', 'received_at < ?', channel, before, limit);
  }
}

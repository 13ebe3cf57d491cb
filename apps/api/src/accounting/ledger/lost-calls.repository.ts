import { fromSqlJson, fromSqlTime, retryTransient, toSqlTime, USAGE_TYPE, type UsageBooking } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { book } from '../budgets/budget-bookings.repository.js';
import { costOf, type PriceBook } from '../prices/price-book.js';
import { sumTurnUsage } from './call-ledger.repository.js';
import { NO_CALL_USAGE, roughTokens } from './ledger-rows.js';

interface LostCall {
  id: string;
  turn_id: string | null;
  bot_id: string;
  usage_type: number;
  input_tokens: number;
  service_id: string | null;
  model: string;
  named_service: string | null;
  named_model: string | null;
  /** That of the service which the bot names. */
  own_model: string | null;
  created_at: string | Date;
  bookings: string | null;
}

/** Which model of which service is called. */
export interface CallTarget {
  serviceId: string;
  /** Null for a service without a model of its own. */
  model: string | null;
}

interface Heard {
  text: string | null;
}

const BATCH = 200;

/** Calls of which nothing more is heard, because their instance died. */
@Injectable()
export class LostCallsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Settles reservations by an estimate: those that were found lost when their turn was recovered, and those from before `before` whose
   * turn does not run (any more). A runner that is alive after all corrects its row later.
   * @param byDefault where calls go of bots that name no service; null while there is no such service
   * @returns whether there may be more
   */
  settleNext(before: Date, prices: PriceBook, byDefault: CallTarget | null): Promise<boolean> {
    return retryTransient(() =>
      this.dataSource.transaction(async (tx) => {
        const rows = await tx.query<LostCall[]>(
          `SELECT l.id, l.turn_id, l.bot_id, l.usage_type, l.input_tokens, l.service_id, l.model, l.created_at, l.bookings,
             b.openai_service_id AS named_service, b.model_name AS named_model,
             COALESCE(s.chosen_model, s.default_model) AS own_model FROM usage_ledger l
           LEFT JOIN bots b ON b.id = l.bot_id
           LEFT JOIN openai_services s ON s.id = b.openai_service_id
           LEFT JOIN turns t ON t.id = l.turn_id AND l.usage_type = ${USAGE_TYPE.chat} AND t.status IN ('queued', 'running')
           WHERE l.status = 'reserved' AND (l.outcome = 'lost' OR (l.created_at < ? AND t.id IS NULL))
           ORDER BY l.id LIMIT ${BATCH}`,
          [toSqlTime(before)],
        );
        for (const row of rows) await settle(tx, row, targetOf(row, byDefault), prices);
        await sumTurnUsage(
          tx,
          [...new Set(rows.map(({ turn_id }) => turn_id))].filter((id) => id !== null),
        );
        return rows.length === BATCH;
      }),
    );
  }
}

/** As the row says, else as the bot would have it called now: a first call is reserved before its target is known. */
function targetOf(call: LostCall, byDefault: CallTarget | null): { serviceId: string | null; model: string } {
  if (call.model !== '') return { serviceId: call.service_id, model: call.model };
  const named = call.bot_id === '' ? null : byDefault;
  const { serviceId, model } =
    call.named_service === null ? (named ?? NO_TARGET) : { serviceId: call.named_service, model: call.own_model };
  return { serviceId, model: call.named_model ?? model ?? '' };
}

const NO_TARGET = { serviceId: null, model: null };

async function settle(
  tx: EntityManager,
  call: LostCall,
  { serviceId, model }: ReturnType<typeof targetOf>,
  prices: PriceBook,
): Promise<void> {
  const isAnswer = call.usage_type === USAGE_TYPE.chat && call.turn_id !== null;
  const inputTokens = call.input_tokens > 0 || !isAnswer ? call.input_tokens : await inputOf(tx, call);
  const outputTokens = isAnswer ? await outputOf(tx, call) : 0;
  const usage = { ...NO_CALL_USAGE, inputTokens, outputTokens, isEstimated: true };
  const costNano = costOf(usage, prices.find(serviceId, model, fromSqlTime(call.created_at)));
  if (call.bookings !== null) {
    const bookings = fromSqlJson<UsageBooking[]>(call.bookings);
    await book(tx, [{ callId: call.id, costNano: costNano ?? 0, bookings }], []);
  }
  await tx.query(
    `UPDATE usage_ledger SET status = 'settled', outcome = 'lost', is_estimated = 1, input_tokens = ?, output_tokens = ?,
       service_id = ?, model = ?, cost_nano = ? WHERE id = ? AND status = 'reserved'`,
    [inputTokens, outputTokens, serviceId, model, costNano, call.id],
  );
}

/** What a turn's first request sends: the bot's instructions and the chat up to the message. */
async function inputOf(tx: EntityManager, { turn_id, bot_id }: LostCall): Promise<number> {
  const [row] = await tx.query<{ said: number | string | null; told: number | string | null }[]>(
    `SELECT (SELECT SUM(LENGTH(m.text)) FROM turns t JOIN messages m ON m.chat_id = t.chat_id AND m.seq <= t.seq
        WHERE t.id = ? AND m.kind = 'message') AS said,
       (SELECT LENGTH(base_system_message) FROM bots WHERE id = ?) AS told`,
    [turn_id, bot_id],
  );
  return roughTokens(Number(row?.said ?? 0) + Number(row?.told ?? 0));
}

/** What was heard of the answer, as far as no other call of the turn accounts for it. */
async function outputOf(tx: EntityManager, { id, turn_id }: LostCall): Promise<number> {
  const heard = await tx.query<Heard[]>(
    `SELECT m.text FROM turns t JOIN messages m ON m.id = t.output_message_id WHERE t.id = ?`,
    [turn_id],
  );
  const [others] = await tx.query<{ total: number | string | null }[]>(
    `SELECT SUM(output_tokens) AS total FROM usage_ledger WHERE turn_id = ? AND usage_type = ${USAGE_TYPE.chat} AND id <> ?`,
    [turn_id, id],
  );
  const text = heard[0]?.text;
  if (text === undefined || text === null) return 0;
  return Math.max(0, roughTokens(fromSqlJson<string>(text).length) - Number(others?.total ?? 0));
}

import { AppConfig } from '@app/common';
import type { TurnUsage } from '@app/contracts';
import {
  dialectOf,
  fromSqlJson,
  insertRows,
  placeholders,
  toSqlTime,
  updateRows,
  USAGE_TYPE,
  type SqlRow,
  type TurnOptions,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { ChatTransaction, type LockedChat } from './chat-transaction.repository.js';
import { GroupCommit } from './group-commit.js';
import { readChunks } from './turn-chunks.repository.js';
import type { EndedTurn, StartedTurn, TurnEnding } from './turn.types.js';

interface TurnRow {
  id: string;
  chat_id: string;
  bot_id: string;
  bot_name: string;
  seq: number;
  epoch: number;
  output_message_id: string;
  input_message_id: string;
  input_text: string | null;
  options: string;
  user_key: string;
}

/** Ends turns: final message, events, usage and the start of the next waiting turn in one commit, shared by what ends together. */
@Injectable()
export class TurnOutcomeRepository {
  private readonly commits = new GroupCommit((endings: TurnEnding[]) => this.endAll(endings));

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Ends the turn if it is still the one that may write into its chat (the fence), else writes nothing. With `text: null` the
   * message is sealed with what was committed. If messages wait in the chat, the next turn is begun in the same commit.
   */
  endTurn(ending: TurnEnding): Promise<EndedTurn> {
    return this.commits.submit(ending);
  }

  /** Corrects the usage of a turn that was ended by somebody else, once its true usage is known. */
  async settleUsage(turnId: string, usage: TurnUsage): Promise<void> {
    const values = [
      usage.inputTokens,
      usage.cachedTokens,
      usage.outputTokens,
      usage.reasoningTokens,
      Number(usage.isEstimated),
    ];
    const tokens = 'input_tokens = ?, cached_tokens = ?, output_tokens = ?, reasoning_tokens = ?';
    await this.dataSource.transaction(async (manager) => {
      await manager.query(`UPDATE turns SET ${tokens}, is_usage_estimated = ? WHERE id = ?`, [...values, turnId]);
      await manager.query(`UPDATE usage_ledger SET ${tokens}, is_estimated = ? WHERE turn_id = ? AND usage_type = ?`, [
        ...values,
        turnId,
        USAGE_TYPE.chat,
      ]);
    });
  }

  private endAll(endings: TurnEnding[]): Promise<EndedTurn[]> {
    const chatIds = endings.map(({ chatId }) => chatId);
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const own = endings.filter(({ chatId, turnId }) => transaction.chat(chatId)?.runningTurnId === turnId);
      const turns = await this.findTurns(
        transaction,
        own.map(({ turnId }) => turnId),
      );
      const written: WrittenRows = { turns: [], ledger: [] };
      const results: EndedTurn[] = [];
      for (const ending of endings) {
        const chat = transaction.chat(ending.chatId);
        const turn = turns.get(ending.turnId);
        const isCurrent = chat?.runningTurnId === ending.turnId && (ending.epoch ?? chat.epoch) === chat.epoch;
        results.push(
          chat && turn && isCurrent ? await this.end(transaction, chat, turn, ending, written) : { kind: 'fenced' },
        );
      }
      await updateRows(transaction.manager, 'turns', written.turns);
      await insertRows(transaction.manager, 'usage_ledger', written.ledger);
      const ended = written.turns.map(({ id }) => id);
      if (ended.length > 0) {
        await transaction.manager.query(
          `DELETE FROM turn_chunks WHERE turn_id IN (${placeholders(ended.length)})`,
          ended,
        );
      }
      return results;
    });
  }

  private async end(
    transaction: ChatTransaction,
    chat: LockedChat,
    turn: TurnRow,
    ending: TurnEnding,
    written: WrittenRows,
  ): Promise<EndedTurn> {
    const text = ending.text ?? (await readChunks(transaction.manager, turn.id)).map((chunk) => chunk.text).join('');
    const actor = { kind: 'bot' as const, id: turn.bot_id, name: turn.bot_name };
    const events = [];
    if (text !== '' || ending.status === 'completed') {
      const status = ending.status === 'completed' ? 'complete' : ending.status === 'failed' ? 'failed' : 'interrupted';
      const completed = transaction.addEvent(chat, {
        type: 'message.completed',
        actor,
        data: { messageId: turn.output_message_id, turnId: turn.id, text, status },
        messageId: turn.output_message_id,
      });
      events.push(completed);
      transaction.addMessage(chat, {
        id: turn.output_message_id,
        seq: completed.seq,
        author: 'bot',
        text,
        status,
        turnId: turn.id,
      });
    }
    events.push(
      transaction.addEvent(chat, {
        type: 'turn.ended',
        actor,
        data: { turnId: turn.id, status: ending.status, usage: ending.usage, error: ending.error },
      }),
    );
    written.turns.push(endedRow(ending, transaction.at));
    written.ledger.push(ledgerRow(turn, ending, transaction.at));
    chat.runningTurnId = null;
    const next = await this.startNext(transaction, chat, events);
    const { status, usage, error, trace } = ending;
    const outcome = {
      turnId: turn.id,
      chatId: chat.id,
      botId: turn.bot_id,
      status,
      chatDisplayName: chat.displayName,
      userMessage: turn.input_text === null ? '' : fromSqlJson<string>(turn.input_text),
      text,
      usage,
      error,
      trace,
    };
    return { kind: 'ended', outcome, events, next };
  }

  private async startNext(
    transaction: ChatTransaction,
    chat: LockedChat,
    events: ReturnType<ChatTransaction['addEvent']>[],
  ): Promise<StartedTurn | null> {
    if (chat.queuedTurns === 0 || chat.owner !== 'bot') return null;
    const turn = await this.findNextTurn(transaction, chat.id);
    chat.queuedTurns = turn ? chat.queuedTurns - 1 : 0;
    if (!turn) return null;
    chat.runningTurnId = turn.id;
    const lease = dialectOf(this.dataSource).nowPlus(this.config.turns.leaseMs);
    await transaction.manager.query(
      `UPDATE turns SET status = 'running', epoch = ?, started_at = ?, lease_until = ${lease} WHERE id = ?`,
      [chat.epoch, toSqlTime(transaction.at), turn.id],
    );
    const started = transaction.addEvent(chat, {
      type: 'turn.started',
      actor: { kind: 'bot', id: turn.bot_id, name: turn.bot_name },
      data: {
        turnId: turn.id,
        messageId: turn.output_message_id,
        inputMessageId: turn.input_message_id,
        botId: turn.bot_id,
      },
    });
    events.push(started);
    return {
      turnId: turn.id,
      chatId: chat.id,
      epoch: chat.epoch,
      botId: turn.bot_id,
      seq: turn.seq,
      startedSeq: started.seq,
      inputText: turn.input_text === null ? '' : fromSqlJson<string>(turn.input_text),
      outputMessageId: turn.output_message_id,
      options: fromSqlJson<TurnOptions>(turn.options),
    };
  }

  private async findTurns({ manager }: ChatTransaction, ids: string[]): Promise<Map<string, TurnRow>> {
    if (ids.length === 0) return new Map();
    const rows = await manager.query<TurnRow[]>(
      `${SELECT_TURN} WHERE t.id IN (${placeholders(ids.length)}) AND t.status = 'running'`,
      ids,
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  private async findNextTurn({ manager }: ChatTransaction, chatId: string): Promise<TurnRow | undefined> {
    const [row] = await manager.query<TurnRow[]>(
      `${SELECT_TURN} WHERE t.chat_id = ? AND t.status = 'queued' ORDER BY t.seq LIMIT 1`,
      [chatId],
    );
    return row;
  }
}

interface WrittenRows {
  turns: (SqlRow & { id: string })[];
  ledger: SqlRow[];
}

const SELECT_TURN = `SELECT t.id, t.chat_id, t.bot_id, b.display_name AS bot_name, t.seq, t.epoch, t.output_message_id,
  t.input_message_id, m.text AS input_text, t.options, t.user_key
  FROM turns t JOIN bots b ON b.id = t.bot_id LEFT JOIN messages m ON m.id = t.input_message_id`;

const tokenColumns = (usage: TurnUsage) => ({
  input_tokens: usage.inputTokens,
  cached_tokens: usage.cachedTokens,
  output_tokens: usage.outputTokens,
  reasoning_tokens: usage.reasoningTokens,
});

const endedRow = (ending: TurnEnding, at: Date): SqlRow & { id: string } => ({
  id: ending.turnId,
  status: ending.status,
  service_id: ending.serviceId,
  model: ending.model,
  attempts: ending.attempts,
  ...tokenColumns(ending.usage),
  is_usage_estimated: ending.usage.isEstimated,
  error: ending.error && JSON.stringify(ending.error),
  trace: ending.trace && JSON.stringify(ending.trace),
  lease_until: null,
  ended_at: toSqlTime(at),
});

const ledgerRow = (turn: TurnRow, ending: TurnEnding, at: Date): SqlRow => ({
  id: uuidv7(),
  turn_id: turn.id,
  bot_id: turn.bot_id,
  user_key: turn.user_key,
  service_id: ending.serviceId,
  model: ending.model ?? '',
  usage_type: USAGE_TYPE.chat,
  request_date: at.toISOString().slice(0, 10),
  ...tokenColumns(ending.usage),
  is_estimated: ending.usage.isEstimated,
  cost_nano: null,
  created_at: toSqlTime(at),
});

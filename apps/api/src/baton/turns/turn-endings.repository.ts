import { AppConfig } from '@app/common';
import type { ChatEventEnvelope, OwnershipReason, TurnUsage } from '@app/contracts';
import {
  dialectOf,
  fromSqlJson,
  GroupCommit,
  retryTransient,
  toSqlTime,
  USAGE_TYPE,
  type TurnOptions,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { passBaton } from './ownership-change.js';
import { ChatTransaction, type LockedChat } from '../fence/chat-transaction.repository.js';
import {
  inputTextOf,
  SELECT_OPEN_TURN,
  speakerOf,
  tokenColumns,
  TurnClosing,
  type OpenTurnRow,
} from './turn-closing.js';
import type { EndedTurn, StartedTurn, TurnEnding } from './turn.types.js';

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
    const columns = tokenColumns(usage);
    const assignments = Object.keys(columns).map((column) => `${column} = ?`);
    const values = [...Object.values(columns), Number(usage.isEstimated)];
    const settle = async (manager: EntityManager): Promise<void> => {
      await manager.query(`UPDATE turns SET ${assignments.join(', ')}, is_usage_estimated = ? WHERE id = ?`, [
        ...values,
        turnId,
      ]);
      await manager.query(
        `UPDATE usage_ledger SET ${assignments.join(', ')}, is_estimated = ? WHERE turn_id = ? AND usage_type = ?`,
        [...values, turnId, USAGE_TYPE.chat],
      );
    };
    await retryTransient(() => this.dataSource.transaction(settle));
  }

  private endAll(endings: TurnEnding[]): Promise<EndedTurn[]> {
    const chatIds = endings.map(({ chatId }) => chatId);
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const closing = new TurnClosing(transaction);
      const current = endings.filter(({ chatId, turnId }) => transaction.chat(chatId)?.runningTurnId === turnId);
      const turns = await closing.findRunning(current.map(({ turnId }) => turnId));
      const results: EndedTurn[] = [];
      for (const ending of endings) {
        const chat = transaction.chat(ending.chatId);
        const turn = turns.get(ending.turnId);
        const mayEnd = chat?.runningTurnId === ending.turnId && (ending.epoch ?? chat.epoch) === chat.epoch;
        results.push(
          chat && turn && mayEnd ? await this.end(transaction, closing, chat, turn, ending) : { kind: 'fenced' },
        );
      }
      await closing.write();
      return results;
    });
  }

  private async end(
    transaction: ChatTransaction,
    closing: TurnClosing,
    chat: LockedChat,
    turn: OpenTurnRow,
    ending: TurnEnding,
  ): Promise<EndedTurn> {
    const { outcome, events } = await closing.close(chat, turn, ending);
    if (ending.isRepeated) await queueAgain(transaction, chat, turn);
    if (ending.handOff !== null) events.push(...(await this.handOff(transaction, chat, turn, ending.handOff)));
    const next = await this.startNext(transaction, chat, events);
    return { kind: 'ended', outcome, events, next };
  }

  private async handOff(
    transaction: ChatTransaction,
    chat: LockedChat,
    turn: OpenTurnRow,
    reason: OwnershipReason,
  ): Promise<ChatEventEnvelope[]> {
    const passed = await passBaton(transaction, chat, {
      transition: 'request',
      reason,
      actor: speakerOf(turn),
      agent: null,
      runningAnswer: 'keep',
      lease: 'NULL',
    });
    return passed.events;
  }

  private async startNext(
    transaction: ChatTransaction,
    chat: LockedChat,
    events: ChatEventEnvelope[],
  ): Promise<StartedTurn | null> {
    if (chat.queuedTurns === 0 || chat.owner !== 'bot') return null;
    const [turn] = await transaction.manager.query<OpenTurnRow[]>(
      `${SELECT_OPEN_TURN} WHERE t.chat_id = ? AND t.status = 'queued' ORDER BY t.seq LIMIT 1`,
      [chat.id],
    );
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
      actor: speakerOf(turn),
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
      inputText: inputTextOf(turn),
      outputMessageId: turn.output_message_id,
      options: fromSqlJson<TurnOptions>(turn.options),
    };
  }
}

/** Another turn for the same message. Its number is that of the message, so it is the first of those that wait. */
async function queueAgain({ manager }: ChatTransaction, chat: LockedChat, { id }: OpenTurnRow): Promise<void> {
  await manager.query(
    `INSERT INTO turns (id, chat_id, bot_id, seq, epoch, status, input_message_id, output_message_id, attempts, recoveries, options,
       input_tokens, cached_tokens, output_tokens, reasoning_tokens, is_usage_estimated, user_key, created_at)
     SELECT ?, chat_id, bot_id, seq, epoch, 'queued', input_message_id, ?, 0, recoveries + 1, options, 0, 0, 0, 0, 0, user_key, created_at
     FROM turns WHERE id = ?`,
    [uuidv7(), uuidv7(), id],
  );
  chat.queuedTurns++;
}

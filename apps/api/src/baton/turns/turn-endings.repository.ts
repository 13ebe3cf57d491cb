import { AppConfig } from '@app/common';
import { GroupCommit, retryTransient, type SqlRow } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { sumTurnUsage, writeCalls } from '../../accounting/index.js';
import { ChatTransaction, type LockedChat } from '../fence/chat-transaction.repository.js';
import { speakerOf, type OpenTurn } from './open-turn.js';
import { changeOwnership } from './ownership-change.js';
import { TurnClosing } from './turn-closing.js';
import { TurnOpening } from './turn-opening.js';
import type { EndedTurn, TurnEnding } from './turn.types.js';

/** Ends turns: final message, events, usage and the start of the next turn in one commit, shared by the turns that end together. */
@Injectable()
export class TurnEndingsRepository {
  private readonly commits = new GroupCommit((endings: TurnEnding[]) => this.endAll(endings));

  constructor(
    private readonly dataSource: DataSource,
    private readonly config: AppConfig,
  ) {}

  /**
   * Ends the turn if it may still write into its chat (the fence), else writes nothing. With `text: null` the message is sealed with
   * the committed chunks. The next queued turn starts in the same commit.
   */
  endTurn(ending: TurnEnding): Promise<EndedTurn> {
    return this.commits.submit(ending);
  }

  /** Settles the calls of a turn that its runner did not end, and corrects the turn's usage. */
  async correctUsage(turnId: string, settled: SqlRow[]): Promise<void> {
    const correct = async (manager: EntityManager): Promise<void> => {
      await writeCalls(manager, settled);
      await sumTurnUsage(manager, [turnId]);
    };
    await retryTransient(() => this.dataSource.transaction(correct));
  }

  private endAll(endings: TurnEnding[]): Promise<EndedTurn[]> {
    const chatIds = endings.map(({ chatId }) => chatId);
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const opening = new TurnOpening(transaction, this.config.turns.leaseMs);
      const closing = new TurnClosing(transaction);
      const chats = chatIds.map((id) => transaction.chat(id)).filter((chat) => chat !== undefined);
      const running = await closing.findRunning(chats);
      const results: EndedTurn[] = [];
      for (const ending of endings) {
        const chat = transaction.chat(ending.chatId);
        const turn = running.get(ending.turnId);
        const mayEnd = chat?.runningTurnId === ending.turnId && (ending.epoch ?? chat.epoch) === chat.epoch;
        results.push(
          chat && turn && mayEnd
            ? await end(transaction, { opening, closing }, chat, turn, ending)
            : { kind: 'fenced' },
        );
      }
      await closing.write();
      await opening.write();
      return results;
    });
  }
}

async function end(
  transaction: ChatTransaction,
  { opening, closing }: { opening: TurnOpening; closing: TurnClosing },
  chat: LockedChat,
  turn: OpenTurn,
  ending: TurnEnding,
): Promise<EndedTurn> {
  const { outcome, events } = await closing.close(chat, turn, ending);
  if (ending.isRepeated) await opening.repeat(chat, turn);
  if (ending.handoffReason !== null) {
    const request = { transition: 'request', reason: ending.handoffReason, actor: speakerOf(turn) } as const;
    events.push(...(await changeOwnership(transaction, chat, request)).events);
  }
  const next = await opening.startNext(chat);
  if (next !== null) events.push(next.event);
  return { kind: 'ended', outcome, events, next: next?.turn ?? null };
}

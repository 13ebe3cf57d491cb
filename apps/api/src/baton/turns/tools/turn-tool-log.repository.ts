import type { Actor, ChatEventData, ChatEventEnvelope } from '@app/contracts';
import { GroupCommit } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChatTransaction } from '../../fence/chat-transaction.repository.js';
import { mergeVariables } from './merge-variables.js';
import type { StartedTurn } from '../turn.types.js';

type ToolEvent = { [Type in 'tool.called' | 'tool.returned']: { type: Type; data: ChatEventData[Type] } }[
  'tool.called' | 'tool.returned'];

/** Tool calls of a turn, or their results. */
export interface ToolNews {
  turn: Pick<StartedTurn, 'turnId' | 'chatId' | 'epoch'>;
  actor: Actor;
  events: ToolEvent[];
  /** Merged into the chat's variables in this order. */
  variables: Record<string, unknown>[];
}

/** Logs tool calls and their results with the resulting variables, while the turn may write. */
@Injectable()
export class TurnToolLogRepository {
  private readonly commits = new GroupCommit((news: ToolNews[]) => this.appendAll(news));

  constructor(private readonly dataSource: DataSource) {}

  /** Null when the turn may not write any more (the fence): then nothing was written. */
  append(news: ToolNews): Promise<ChatEventEnvelope[] | null> {
    return this.commits.submit(news);
  }

  private appendAll(all: ToolNews[]): Promise<(ChatEventEnvelope[] | null)[]> {
    const chatIds = all.map(({ turn }) => turn.chatId);
    return ChatTransaction.run(this.dataSource, chatIds, async (transaction) => {
      const written: (ChatEventEnvelope[] | null)[] = [];
      for (const { turn, actor, events, variables } of all) {
        const chat = transaction.chat(turn.chatId);
        if (chat?.runningTurnId !== turn.turnId || chat.epoch !== turn.epoch) {
          written.push(null);
          continue;
        }
        written.push(events.map((event) => transaction.addEvent(chat, { ...event, actor })));
        await mergeVariables(transaction, chat.id, variables);
      }
      return written;
    });
  }
}

import { fromSqlJson, UsageEntry, type TurnOptions } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';

/** A question with its place in its chat. */
export interface AskedQuestion {
  chatId: string;
  botId: string;
  seq: number;
  inputText: string;
  options: TurnOptions;
}

interface QuestionRow {
  chat_id: string;
  seq: number;
  options: string;
  text: string;
}

@Injectable()
export class SuccessorTrialsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The questions that the bot answered last, the newest first. */
  async findLastQuestions(botId: string, count: number): Promise<AskedQuestion[]> {
    const rows = await this.dataSource.query<QuestionRow[]>(
      `SELECT t.chat_id, t.seq, t.options, m.text FROM turns t JOIN messages m ON m.id = t.input_message_id
       WHERE t.bot_id = ? AND t.status = 'completed' ORDER BY t.id DESC LIMIT ${count}`,
      [botId],
    );
    return rows.map(({ chat_id: chatId, seq, options, text }) => ({
      chatId,
      botId,
      seq,
      inputText: fromSqlJson<string>(text),
      options: fromSqlJson<TurnOptions>(options),
    }));
  }

  /** What settled calls cost, by their ids; null where there is no price. */
  async findCosts(callIds: string[]): Promise<Map<string, number | null>> {
    const entries = await this.dataSource.getRepository(UsageEntry).find({
      select: { id: true, costNano: true },
      where: { id: In(callIds) },
    });
    return new Map(entries.map(({ id, costNano }) => [id, costNano]));
  }
}

import { fromSqlJson, type JsonValue } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export type ChatVariables = Record<string, JsonValue>;

@Injectable()
export class ChatVariablesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async findVariables(chatId: string): Promise<ChatVariables> {
    const rows = await this.dataSource.query<{ name: string; value: string }[]>(
      'SELECT name, value FROM chat_variables WHERE chat_id = ? ORDER BY name',
      [chatId],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, fromSqlJson<JsonValue>(value)]));
  }
}

import { AuditEntry } from '@app/database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';

@Injectable()
export class ChatLooksRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(actor: string, action: string, target: string, data: object): Promise<void> {
    await this.dataSource
      .getRepository(AuditEntry)
      .insert({ id: uuidv7(), actor, action, target, data, createdAt: new Date() });
  }
}

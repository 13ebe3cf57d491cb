import { Bot, BotTool } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, type Repository } from 'typeorm';

const PUBLIC_BOT = { isActive: true, isPublic: true, deletedAt: IsNull() };

/** The public, active bots. */
@Injectable()
export class PublicBotsRepository {
  constructor(
    @InjectRepository(Bot) private readonly bots: Repository<Bot>,
    @InjectRepository(BotTool) private readonly tools: Repository<BotTool>,
  ) {}

  find(id: string): Promise<Bot | null> {
    return this.bots.findOneBy({ ...PUBLIC_BOT, id });
  }

  findOldest(): Promise<Bot | null> {
    return this.bots.findOne({ where: PUBLIC_BOT, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  findNewest(limit: number): Promise<Bot[]> {
    return this.bots.find({ where: PUBLIC_BOT, order: { createdAt: 'DESC', id: 'DESC' }, take: limit });
  }

  /** In the order in which they were made. */
  findTools(botIds: string[]): Promise<BotTool[]> {
    return this.tools.find({ where: { botId: In(botIds) }, order: { createdAt: 'ASC', id: 'ASC' } });
  }
}

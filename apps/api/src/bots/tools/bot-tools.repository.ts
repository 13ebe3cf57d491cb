import { BotTool, dialectOf, isDuplicate } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type EntityManager, type Repository } from 'typeorm';

/** A tool as plain columns. */
export type ToolRow = Omit<BotTool, 'bot'>;
export type ToolChanges = Omit<ToolRow, 'id' | 'botId' | 'createdAt'>;

@Injectable()
export class BotToolsRepository {
  constructor(@InjectRepository(BotTool) private readonly tools: Repository<BotTool>) {}

  list(botId: string): Promise<BotTool[]> {
    return listOf(this.tools.manager, botId);
  }

  find(botId: string, id: string): Promise<BotTool | null> {
    return this.tools.findOneBy({ id, botId });
  }

  /** Refused when the bot has `limit` tools, or one of this name. */
  async insert(tool: ToolRow, limit: number): Promise<'done' | 'full' | 'taken'> {
    return unlessTaken(
      this.tools.manager.transaction(async (tx) => {
        await lockBot(tx, tool.botId);
        if ((await tx.countBy(BotTool, { botId: tool.botId })) >= limit) return 'full';
        await tx.insert(BotTool, columnsOf(tool));
        return 'done';
      }),
    );
  }

  async update(botId: string, id: string, changes: ToolChanges): Promise<'done' | 'missing' | 'taken'> {
    const updating = this.tools.update({ id, botId }, columnsOf(changes));
    return unlessTaken(updating.then(({ affected }) => (affected === 0 ? 'missing' : 'done')));
  }

  /** False when the bot has no such tool. */
  async delete(botId: string, id: string): Promise<boolean> {
    const { affected } = await this.tools.delete({ id, botId });
    return affected !== 0;
  }

  /** Gives the bot the tools that `toolsFor` makes of those it has; known ids are kept, the others go. */
  replaceAll(botId: string, toolsFor: (existing: BotTool[]) => ToolRow[]): Promise<void> {
    return this.tools.manager.transaction(async (tx) => {
      await lockBot(tx, botId);
      const existing = await listOf(tx, botId);
      const wanted = toolsFor(existing);
      const kept = new Set(wanted.map(({ id }) => id));
      const gone = existing.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
      if (gone.length > 0) await tx.delete(BotTool, { id: In(gone) });
      for (const tool of wanted) await tx.upsert(BotTool, columnsOf(tool), ['id']);
    });
  }
}

const columnsOf = <Row extends ToolChanges>(row: Row) => ({ ...row, parameters: row.parameters as object });

const listOf = (manager: EntityManager, botId: string): Promise<BotTool[]> =>
  manager.find(BotTool, { where: { botId }, order: { createdAt: 'ASC', id: 'ASC' } });

/** Changes to the set of a bot's tools run one after the other. */
async function lockBot(tx: EntityManager, botId: string): Promise<void> {
  await tx.query(`SELECT id FROM bots WHERE id = ?${dialectOf(tx.connection).forUpdate}`, [botId]);
}

async function unlessTaken<Result extends string>(writing: Promise<Result>): Promise<Result | 'taken'> {
  try {
    return await writing;
  } catch (error) {
    if (isDuplicate(error)) return 'taken';
    throw error;
  }
}

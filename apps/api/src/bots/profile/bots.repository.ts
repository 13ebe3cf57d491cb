import type { Language, ListOptions } from '@app/common';
import {
  Bot,
  BotFact,
  BotLink,
  BotLogin,
  changeRow,
  isDuplicate,
  StoredFile,
  SystemState,
  type BotRole,
  findPage,
} from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, type EntityManager, type Repository, type SelectQueryBuilder } from 'typeorm';
import { replaceFallbacks, type Fallback } from './bot-fallbacks.repository.js';
import { OPEN_BOT_ID } from './bot-state.repository.js';

/** Which bots a list shows: all, those open to a login, the public ones, or at most one. */
export type BotViewer =
  { sees: 'all' } | { sees: 'login'; login: string } | { sees: 'public' } | { sees: 'one'; botId: string | null };

export const BOT_ORDER_FIELDS = ['displayName', 'code', 'createdUtc', 'updatedUtc', 'isActive', 'modelName'] as const;

export type BotOrder = (typeof BOT_ORDER_FIELDS)[number];

const ORDER_EXPRESSION: Record<BotOrder, string> = {
  displayName: 'LOWER(bot.displayName)',
  code: 'bot.code',
  createdUtc: 'bot.createdAt',
  updatedUtc: 'bot.updatedAt',
  isActive: 'bot.isActive',
  modelName: 'LOWER(bot.modelName)',
};
const GERMAN_NAME = `LOWER(COALESCE(NULLIF(bot.displayNameDe, ''), bot.displayName))`;
const SEARCHED = [
  'bot.displayName',
  'bot.displayNameDe',
  'bot.code',
  'bot.displayMessage',
  'bot.displayMessageDe',
  'bot.description',
  'bot.descriptionDe',
];

export interface BotList extends ListOptions<BotOrder> {
  language: Language;
  isStartBot?: boolean;
  /** Only members of this start bot. */
  memberOf?: string;
  /** Only bots that could become members of this start bot. */
  unassignedTo?: string;
}

/** A bot as plain columns. */
export type BotRow = Pick<Bot, keyof Bot>;

export type BotLogins = { login: string; role: BotRole }[];

@Injectable()
export class BotsRepository {
  constructor(
    @InjectRepository(Bot) private readonly bots: Repository<Bot>,
    @InjectRepository(BotLogin) private readonly logins: Repository<BotLogin>,
  ) {}

  find(id: string): Promise<Bot | null> {
    return this.bots.findOneBy({ id });
  }

  async findIdByCode(code: string): Promise<string | null> {
    const bot = await this.bots.findOne({ select: { id: true }, where: { code, deletedAt: IsNull() } });
    return bot?.id ?? null;
  }

  async hasAny(): Promise<boolean> {
    return this.bots.exists();
  }

  /** The roles of every login that a bot names. */
  findLogins(botId: string): Promise<BotLogin[]> {
    return this.logins.findBy({ botId });
  }

  /** What a login may do with each of the bots. */
  findRoles(login: string, botIds: string[]): Promise<BotLogin[]> {
    return botIds.length === 0 ? Promise.resolve([]) : this.logins.findBy({ login, botId: In(botIds) });
  }

  /** Bots that a person may talk to. */
  listUsable(viewer: BotViewer, list: BotList): Promise<[Bot[], number]> {
    const query = this.bots.createQueryBuilder('bot').where('bot.isActive = :isActive', { isActive: true });
    if (viewer.sees === 'one') query.andWhere('bot.id = :only', { only: viewer.botId ?? '' });
    if (viewer.sees === 'one' || viewer.sees === 'public')
      query.andWhere('bot.isPublic = :isPublic', { isPublic: true });
    if (viewer.sees === 'login')
      query.andWhere(`(bot.isPublic = :isPublic OR ${namesLogin(query)})`, { isPublic: true, login: viewer.login });
    return page(query, list);
  }

  /** Bots that a person may administer or contribute to. */
  listManaged(viewer: BotViewer, list: BotList): Promise<[Bot[], number]> {
    const query = this.bots.createQueryBuilder('bot');
    if (viewer.sees === 'one' || viewer.sees === 'public') return Promise.resolve([[], 0]);
    if (viewer.sees === 'login')
      query.andWhere(namesLogin(query, ['admin', 'contributor']), {
        login: viewer.login,
        roles: ['admin', 'contributor'],
      });
    return page(query, list);
  }

  /** False when the code is taken. */
  insert(bot: BotRow, logins: BotLogins, fallbacks: readonly Fallback[] = []): Promise<boolean> {
    return this.unlessDuplicate(async (tx) => {
      await tx.insert(Bot, rowOf(bot));
      await replaceLogins(tx, bot.id, logins);
      await replaceFallbacks(tx, bot.id, fallbacks);
    });
  }

  /** Stores the first bot as the open one. False when another instance was first. */
  insertFirst(bot: BotRow): Promise<boolean> {
    return this.unlessDuplicate(async (tx) => {
      await tx.insert(Bot, rowOf(bot));
      await tx.insert(SystemState, { name: OPEN_BOT_ID, value: bot.id, updatedAt: bot.createdAt });
    });
  }

  /** False when the code is taken. */
  update(id: string, changes: Partial<Bot>, logins?: BotLogins, fallbacks?: readonly Fallback[]): Promise<boolean> {
    return this.unlessDuplicate(async (tx) => {
      await tx.update(Bot, { id }, { ...changes, updatedAt: new Date() });
      if (logins) await replaceLogins(tx, id, logins);
      if (fallbacks) await replaceFallbacks(tx, id, fallbacks);
    });
  }

  /** Replaces the given parts of the configuration. Others that are replaced at the same time are kept. */
  async mergeConfiguration(id: string, parts: Bot['configuration']): Promise<void> {
    await changeRow(this.bots.manager.connection, Bot, id, (bot) => ({
      configuration: { ...bot.configuration, ...parts },
      updatedAt: new Date(),
    }));
  }

  /** Keeps the row for the chats it answered in, and frees everything else that it holds: its code, service, image, links. */
  async markDeleted(bot: Bot, freedCode: string): Promise<void> {
    await this.bots.manager.transaction(async (tx) => {
      const now = new Date();
      const freed = { code: freedCode, openAiServiceId: null, imageFileId: null, isActive: false };
      await tx.update(Bot, { id: bot.id }, { ...freed, deletedAt: now, updatedAt: now });
      await tx.delete(BotLink, { startBotId: bot.id });
      await tx.delete(BotLink, { botId: bot.id });
      await tx.delete(BotLogin, { botId: bot.id });
      await replaceFallbacks(tx, bot.id, []);
      await tx.delete(BotFact, { botId: bot.id });
      if (bot.imageFileId !== null) await tx.delete(StoredFile, { id: bot.imageFileId });
      const open = await tx.findOneBy(SystemState, { name: OPEN_BOT_ID });
      if ((open?.value as unknown) === bot.id) await tx.delete(SystemState, { name: OPEN_BOT_ID });
    });
  }

  private async unlessDuplicate(work: (tx: EntityManager) => Promise<void>): Promise<boolean> {
    try {
      await this.bots.manager.transaction(work);
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }
}

/** TypeORM cannot type an open-ended json column. */
const rowOf = (bot: BotRow) => ({ ...bot, configuration: bot.configuration as object });

async function replaceLogins(tx: EntityManager, botId: string, logins: BotLogins): Promise<void> {
  await tx.delete(BotLogin, { botId });
  if (logins.length > 0)
    await tx.insert(
      BotLogin,
      logins.map((each) => ({ ...each, botId })),
    );
}

const namesLogin = (query: SelectQueryBuilder<Bot>, roles?: BotRole[]): string => {
  const named = query
    .subQuery()
    .select('1')
    .from(BotLogin, 'named')
    .where('named.botId = bot.id AND named.login = :login');
  return `EXISTS ${(roles ? named.andWhere('named.role IN (:...roles)') : named).getQuery()}`;
};

function page(query: SelectQueryBuilder<Bot>, list: BotList): Promise<[Bot[], number]> {
  const { orderBy, language } = list;
  query.andWhere('bot.deletedAt IS NULL');
  if (list.isStartBot !== undefined) query.andWhere('bot.isStartBot = :isStartBot', { isStartBot: list.isStartBot });
  if (list.memberOf !== undefined) query.andWhere(isLinked(query), { startBotId: list.memberOf });
  if (list.unassignedTo !== undefined)
    query.andWhere(`NOT ${isLinked(query)} AND bot.id <> :startBotId AND bot.isStartBot = :isNested`, {
      startBotId: list.unassignedTo,
      isNested: false,
    });
  const isGerman = orderBy.field === 'displayName' && language === 'de';
  query.addSelect(isGerman ? GERMAN_NAME : ORDER_EXPRESSION[orderBy.field], 'sort_key');
  return findPage(query, list, { searched: SEARCHED, orderedBy: 'sort_key' });
}

const isLinked = (query: SelectQueryBuilder<Bot>): string =>
  `EXISTS ${query
    .subQuery()
    .select('1')
    .from(BotLink, 'link')
    .where('link.botId = bot.id AND link.startBotId = :startBotId')
    .getQuery()}`;

import { ANONYMOUS, type Language, type PagingQuery, type Principal } from '@app/common';
import { Bot, BotLink, OpenAiService } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { BotConfigurationService } from '../../apps/api/src/bots/configuration/bot-configuration.service.js';
import { BotFactsService } from '../../apps/api/src/bots/facts/bot-facts.service.js';
import type { AdminCreateBotRequestDto } from '../../apps/api/src/bots/administration/bot-request.dto.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { StartBotsService } from '../../apps/api/src/bots/start-bots/start-bots.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ADMIN, code, createBot, ENGINES, KEY, page, person, reach, term } from './bots.support.js';

describe.each(ENGINES)('bots on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let bots: BotsService;
  let administration: BotAdministrationService;
  let facts: BotFactsService;
  let startBots: StartBotsService;
  let configurations: BotConfigurationService;

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ...KEY });
    database = reach(server, getDataSourceToken());
    bots = reach(server, BotsService);
    administration = reach(server, BotAdministrationService);
    facts = reach(server, BotFactsService);
    startBots = reach(server, StartBotsService);
    configurations = reach(server, BotConfigurationService);
  }, 60_000);
  afterAll(() => server.stop());

  const create = (changes?: Partial<AdminCreateBotRequestDto>): Promise<string> => createBot(server, changes);
  const namesOf = async (caller: Principal, values: Partial<PagingQuery> = {}, language: Language = 'en') => {
    const { items, totalItemCount } = await bots.list(caller, page(values), language);
    return [totalItemCount, ...items.map((item) => item.displayName)];
  };

  it('has one public open bot from the first start', async () => {
    const openBotId = await bots.getOpenBotId();
    expect(await bots.getUsableBot(ANONYMOUS, openBotId!)).toMatchObject({ code: 'welcome', isOpenBot: true });
    expect(await namesOf(ANONYMOUS)).toEqual([1, 'Welcome']);
    expect(await namesOf(ANONYMOUS, {}, 'de')).toEqual([1, 'Willkommen']);
  });

  describe('who may talk to a bot', () => {
    let closed: string;
    beforeAll(async () => {
      closed = await create({
        displayNameTv: term('Closed'),
        isPublic: false,
        userLogins: 'Ada@x.example; grace',
        contributorLogins: 'barbara',
        adminLogins: 'linus',
      });
    });

    it.each(['ada@x.example', 'ADA@X.EXAMPLE', 'grace', 'barbara', 'linus'])('%s is named', async (login) => {
      expect(await bots.getUsableBot(person(login, 'user'), closed)).toMatchObject({ id: closed });
      expect(await namesOf(person(login, 'user'), { SearchFor: 'closed' })).toEqual([1, 'Closed']);
    });

    it.each([
      { who: 'a stranger', caller: person('eve', 'user') },
      { who: 'half a login', caller: person('ada', 'user') },
      { who: 'an agent', caller: person('agent', 'agent') },
      { who: 'a caller without an account', caller: ANONYMOUS },
    ])('no other caller: not $who', async ({ caller }) => {
      await expect(bots.getUsableBot(caller, closed)).rejects.toEqual(code('NOT_FOUND'));
      expect(await namesOf(caller, { SearchFor: 'closed' })).toEqual([0]);
    });

    it('administrators may talk to all, callers without an account only to the open one', async () => {
      expect(await bots.getUsableBot(ADMIN, closed)).toMatchObject({ id: closed });
      await expect(bots.getUsableBot(ANONYMOUS, await create())).rejects.toEqual(code('NOT_FOUND'));
    });

    it('no caller may use an inactive bot', async () => {
      const off = await create({ isActive: false });
      await expect(bots.getUsableBot(ADMIN, off)).rejects.toEqual(code('NOT_FOUND'));
    });

    it('a login taken off the list is out at once', async () => {
      const botId = await create({ isPublic: false, userLogins: 'eve' });
      await bots.getUsableBot(person('eve', 'user'), botId);
      await administration.update(ADMIN, botId, { userLogins: null });
      await expect(bots.getUsableBot(person('eve', 'user'), botId)).rejects.toEqual(code('NOT_FOUND'));
    });

    it('the open bot can be another one, and must be public', async () => {
      const before = (await bots.getOpenBotId())!;
      const botId = await create();
      await administration.setOpenBot(ADMIN, botId);
      expect(await bots.getUsableBot(ANONYMOUS, botId)).toMatchObject({ isOpenBot: true });
      await expect(bots.getUsableBot(ANONYMOUS, before)).rejects.toEqual(code('NOT_FOUND'));
      await administration.update(ADMIN, botId, { isPublic: false });
      await expect(bots.getUsableBot(ANONYMOUS, botId)).rejects.toEqual(code('NOT_FOUND'));
      await administration.setOpenBot(ADMIN, before);
    });
  });

  describe('who may change a bot', () => {
    let botId: string;
    const boss = person('boss', 'user');
    const helper = person('helper', 'user');
    const user = person('someone', 'user');
    beforeAll(async () => {
      botId = await create({ adminLogins: 'boss', contributorLogins: 'helper', userLogins: 'someone' });
    });

    it('shows everybody the bots that are theirs', async () => {
      const seen = async (caller: Principal) => (await administration.list(caller, page(), 'en')).items;
      expect(await seen(boss)).toMatchObject([{ botId, isBotAdmin: true, isBotContributor: true }]);
      expect(await seen(helper)).toMatchObject([{ botId, isBotAdmin: false, isBotContributor: true }]);
      expect(await seen(user)).toEqual([]);
      expect((await seen(ADMIN)).length).toBeGreaterThan(1);
    });

    it('its administrators change it, contributors edit its facts, others find nothing', async () => {
      await administration.update(boss, botId, { baseSystemMessage: 'Be kind.' });
      await expect(administration.update(helper, botId, {})).rejects.toEqual(code('FORBIDDEN'));
      await expect(administration.update(user, botId, {})).rejects.toEqual(code('NOT_FOUND'));
      const { botFactId } = await facts.create(helper, botId, { factText: 'Water is wet.', isActive: true });
      await expect(facts.update(user, botId, botFactId, { factText: 'No.' })).rejects.toEqual(code('NOT_FOUND'));
      await expect(facts.delete(boss, await create({ adminLogins: 'boss' }), botFactId)).rejects.toEqual(
        code('NOT_FOUND'),
      );
      await expect(configurations.getRaw(helper, botId)).rejects.toEqual(code('FORBIDDEN'));
    });

    it('facts join the prompt while they are active, and can be searched', async () => {
      await facts.create(helper, botId, { factText: 'Feuer ist\n"HEISS" & ÜBEL.', isActive: false });
      expect((await bots.getProfile(botId)).facts).toEqual(['Water is wet.']);
      const found = async (SearchFor: string) => (await facts.list(helper, botId, page({ SearchFor }))).items;
      expect(await found('übel')).toMatchObject([{ factText: 'Feuer ist\n"HEISS" & ÜBEL.', isActive: false }]);
      expect(await found('"heiss"')).toHaveLength(1);
      expect(await found('ist\n"')).toHaveLength(1);
      expect(await found('n"')).toHaveLength(0);
    });
  });

  describe('codes', () => {
    it('are unique in any case, and made from the name when missing', async () => {
      await create({ code: 'Sales' });
      await expect(create({ code: 'SALES' })).rejects.toEqual(code('CODE_TAKEN'));
      const first = await create({ displayNameTv: term('Größe') });
      const second = await create({ displayNameTv: term('Größe') });
      expect((await bots.getProfile(first)).code).toBe('grosse');
      expect((await bots.getProfile(second)).code).toBe('grosse-2');
      await expect(administration.update(ADMIN, second, { code: 'sales' })).rejects.toEqual(code('CODE_TAKEN'));
      expect((await bots.getUsableBotByCode(ADMIN, ' SALES ')).code).toBe('sales');
    });

    it('are given to one of those who ask for the same at once', async () => {
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => create({ code: 'race' })));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('are free again when the bot is deleted, again and again', async () => {
      for (let round = 0; round < 3; round++) {
        const botId = await create({ code: 'phoenix' });
        expect((await bots.getUsableBotByCode(ADMIN, 'phoenix')).id).toBe(botId);
        await administration.delete(ADMIN, botId);
        await expect(bots.getUsableBotByCode(ADMIN, 'phoenix')).rejects.toEqual(code('NOT_FOUND'));
      }
    });
  });

  it.each([
    [{ displayNameTv: term(' ') }, 'displayNameTv'],
    [{ code: 'a b' }, 'code'],
    [{ implementationType: 'Magic' }, 'implementationType'],
    [{ implementationType: 'FactBot', isStartBot: true }, 'implementationType'],
    [{ openAiServiceId: 'unknown' }, 'openAiServiceId'],
    [{ userLogins: 'x'.repeat(191) }, 'userLogins'],
  ])('does not create %j', async (changes, path) => {
    const before = await database.getRepository(Bot).count();
    await expect(create(changes)).rejects.toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
    expect(await database.getRepository(Bot).count()).toBe(before);
  });

  it('changes what is sent and keeps the rest', async () => {
    const openAiServiceId = await server.app
      .get(OpenAiServicesService, { strict: false })
      .create({ displayName: 'Service', isActive: true });
    const botId = await create({
      openAiServiceId,
      modelName: 'm',
      baseSystemMessage: 'Hi',
      descriptionTv: term('d', 'b'),
    });
    await administration.update(ADMIN, botId, { descriptionTv: { valueDe: 'c' }, modelName: '' });
    expect(await administration.get(ADMIN, botId)).toMatchObject({
      openAiServiceId,
      openAiService: 'Service',
      modelName: null,
      baseSystemMessage: 'Hi',
      descriptionTv: { value: '', valueDe: 'c' },
      isActive: true,
      userGroups: '',
    });
  });

  it('lists by search, order and page, in the language of the reader', async () => {
    for (const [en, de] of [
      ['zz alpha', 'zz Wurm'],
      ['ZZ Beta', ''],
      ['zz gamma%', 'zz zÄPFEL'],
    ])
      await create({ displayNameTv: term(en!, de) });
    expect(await namesOf(ADMIN, { SearchFor: 'zz' })).toEqual([3, 'zz alpha', 'ZZ Beta', 'zz gamma%']);
    expect(await namesOf(ADMIN, { SearchFor: 'ZZ ' }, 'de')).toEqual([3, 'ZZ Beta', 'zz Wurm', 'zz zÄPFEL']);
    expect(await namesOf(ADMIN, { SearchFor: 'äpfel' })).toEqual([1, 'zz gamma%']);
    expect(await namesOf(ADMIN, { SearchFor: 'a%' })).toEqual([1, 'zz gamma%']);
    expect(await namesOf(ADMIN, { SearchFor: 'zz', OrderBy: '-displayName', PageSize: 2 })).toEqual([
      3,
      'zz gamma%',
      'ZZ Beta',
    ]);
    expect(await namesOf(ADMIN, { SearchFor: 'zz', PageSize: 2, PageNumber: 2 })).toEqual([3, 'zz gamma%']);
    for (const field of ['code', 'createdUtc', 'updatedUtc', 'isActive', 'modelName', 'x; DROP TABLE bots'])
      expect(await namesOf(ADMIN, { SearchFor: 'zz', OrderBy: field })).toHaveLength(4);
  });

  describe('start bots', () => {
    let start: string;
    let members: string[];
    const linksOf = () =>
      database.getRepository(BotLink).find({ where: { startBotId: start }, order: { createdAt: 'ASC', botId: 'ASC' } });
    beforeAll(async () => {
      start = await create({ isStartBot: true });
      members = [await create(), await create(), await create()];
    });

    it('take bots as members once, and no start bots', async () => {
      await startBots.addMember(ADMIN, start, members[0]!, { keywords: ' a, b ', isDefaultBot: true });
      await expect(startBots.addMember(ADMIN, start, members[0]!, {})).rejects.toEqual(code('CONFLICT'));
      await expect(startBots.addMember(ADMIN, start, start, {})).rejects.toEqual(code('CONFLICT'));
      await expect(startBots.addMember(ADMIN, start, await create({ isStartBot: true }), {})).rejects.toEqual(
        code('CONFLICT'),
      );
      await expect(startBots.addMember(ADMIN, members[1]!, members[2]!, {})).rejects.toEqual(code('NOT_FOUND'));
      expect(await linksOf()).toMatchObject([{ botId: members[0], keywords: 'a, b', isDefaultBot: true }]);
    });

    it('have one default member when several requests set it at the same time', async () => {
      await Promise.all([
        startBots.addMember(ADMIN, start, members[1]!, { isDefaultBot: true }),
        startBots.addMember(ADMIN, start, members[2]!, { isDefaultBot: true }),
        startBots.updateMember(ADMIN, start, members[0]!, { isDefaultBot: true }),
      ]);
      expect((await linksOf()).filter(({ isDefaultBot }) => isDefaultBot)).toHaveLength(1);
    });

    it('list members and those who could be', async () => {
      const free = await create({ displayNameTv: term('Free to join') });
      const { items } = await startBots.listMembers(ADMIN, start, page(), 'en');
      expect(items.map(({ botId }) => botId).toSorted()).toEqual(members.toSorted());
      const search = page({ SearchFor: 'free to join' });
      expect((await startBots.listUnassigned(ADMIN, start, search, 'en')).items).toEqual([
        { botId: free, botDisplayName: 'Free to join' },
      ]);
      expect((await bots.list(ADMIN, page(), 'en', { memberOf: start })).totalItemCount).toBe(3);
      expect((await bots.list(ADMIN, page(), 'en', { isStartBot: true })).totalItemCount).toBe(2);
    });

    it('lose members', async () => {
      await startBots.removeMember(ADMIN, start, members[0]!);
      await expect(startBots.removeMember(ADMIN, start, members[0]!)).rejects.toEqual(code('NOT_FOUND'));
      await administration.delete(ADMIN, members[1]!);
      expect((await linksOf()).map(({ botId }) => botId)).toEqual([members[2]]);
    });
  });

  it('a deleted bot is gone, and its chats go on showing its name', async () => {
    const openAiServiceId = await server.app
      .get(OpenAiServicesService, { strict: false })
      .create({ displayName: 'S', isActive: true });
    const botId = await create({ openAiServiceId, displayNameTv: term('Late'), adminLogins: 'boss' });
    await administration.setOpenBot(ADMIN, botId);
    await administration.delete(ADMIN, botId);
    expect(await bots.getProfile(botId)).toMatchObject({ isDeleted: true, displayName: { value: 'Late' } });
    expect(await bots.getOpenBotId()).toBeNull();
    await expect(bots.getUsableBot(ADMIN, botId)).rejects.toEqual(code('NOT_FOUND'));
    await expect(administration.get(ADMIN, botId)).rejects.toEqual(code('NOT_FOUND'));
    await expect(administration.delete(ADMIN, botId)).rejects.toEqual(code('NOT_FOUND'));
    expect(await database.getRepository(OpenAiService).countBy({ id: openAiServiceId })).toBe(1);
  });
});

import { ANONYMOUS, PagingQuery, type Language, type Principal, type UserPrincipal } from '@app/common';
import { BotLink, OpenAiService, StoredFile, StoredFileChunk, Bot } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { OpenAiServicesService } from '../../apps/api/src/admin/openai-services.service.js';
import { BotAdministrationService } from '../../apps/api/src/bots/bot-administration.service.js';
import { BotConfigurationService } from '../../apps/api/src/bots/bot-configuration.service.js';
import { BotFactsService } from '../../apps/api/src/bots/bot-facts.service.js';
import { BotImagesService } from '../../apps/api/src/bots/bot-images.service.js';
import { BotsService } from '../../apps/api/src/bots/bots.service.js';
import { FeedbackService } from '../../apps/api/src/bots/feedback.service.js';
import type { BotFeedbackQuery } from '../../apps/api/src/bots/feedback.dto.js';
import { StartBotsService } from '../../apps/api/src/bots/start-bots.service.js';
import { ChatsService } from '../../apps/api/src/chats/chats.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const ENGINES = [
  { engine: 'SQLite', settings: { DATABASE_URL: '' } },
  ...(process.env['TEST_MYSQL_URL'] ? [{ engine: 'MySQL or MariaDB', settings: {} }] : []),
];
const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const person = (login: string, ...roles: UserPrincipal['roles']): UserPrincipal => ({
  kind: 'user',
  userId: 1,
  login,
  displayName: login,
  roles,
  isTermsAccepted: true,
});
const ADMIN = person('root', 'admin');
const page = (values: Partial<BotFeedbackQuery> = {}): BotFeedbackQuery => Object.assign(new PagingQuery(), values);
const term = (value: string, valueDe = '') => ({ value, valueDe });

describe.each(ENGINES)('bots on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let bots: BotsService;
  let administration: BotAdministrationService;
  let facts: BotFactsService;
  let startBots: StartBotsService;
  let images: BotImagesService;
  let configurations: BotConfigurationService;
  let feedback: FeedbackService;
  let made = 0;

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ADMIN_API_KEY: 'k'.repeat(32) });
    const get = <T>(token: string | symbol | (abstract new (...args: never[]) => T)): T =>
      server.app.get<T>(token as never, { strict: false });
    database = get<DataSource>(getDataSourceToken() as string);
    bots = get(BotsService);
    administration = get(BotAdministrationService);
    facts = get(BotFactsService);
    startBots = get(StartBotsService);
    images = get(BotImagesService);
    configurations = get(BotConfigurationService);
    feedback = get(FeedbackService);
  }, 60_000);
  afterAll(() => server.stop());

  const create = async (changes: Parameters<BotAdministrationService['create']>[0] = {}): Promise<string> => {
    const displayNameTv = term(`Bot ${++made}`);
    return (await administration.create({ displayNameTv, isActive: true, isPublic: true, ...changes })).botId;
  };
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
    ])('nobody else: not $who', async ({ caller }) => {
      await expect(bots.getUsableBot(caller, closed)).rejects.toEqual(code('NOT_FOUND'));
      expect(await namesOf(caller, { SearchFor: 'closed' })).toEqual([0]);
    });

    it('administrators may talk to all, callers without an account only to the open one', async () => {
      expect(await bots.getUsableBot(ADMIN, closed)).toMatchObject({ id: closed });
      await expect(bots.getUsableBot(ANONYMOUS, await create())).rejects.toEqual(code('NOT_FOUND'));
    });

    it('nobody may talk to a bot that is switched off', async () => {
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

    it('have one default member, whoever sets it at the same time', async () => {
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

  describe('images', () => {
    const png = (size: number, side = 64): Buffer => {
      const bytes = randomBytes(size);
      Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
      bytes.writeUInt32BE(side, 16);
      bytes.writeUInt32BE(side, 20);
      return bytes;
    };
    const stored = async () => [
      await database.getRepository(StoredFile).count(),
      await database.getRepository(StoredFileChunk).count(),
    ];

    it('come back byte for byte, once, and leave nothing behind', async () => {
      const botId = await create();
      const before = await stored();
      const bytes = png(2 * 1024 * 1024);
      await images.replace(ADMIN, botId, png(1000));
      await images.replace(ADMIN, botId, bytes);
      expect(await stored()).toEqual([before[0]! + 1, before[1]! + 44]);
      const image = await images.get(person('eve', 'user'), botId, undefined);
      expect(image).toMatchObject({
        contentType: 'image/png',
        etag: expect.stringMatching(/^"[0-9a-f]{64}"$/) as unknown,
      });
      expect(image.bytes!.equals(bytes)).toBe(true);
      expect((await images.get(ADMIN, botId, `"x", W/${image.etag}`)).bytes).toBeNull();
      await images.remove(ADMIN, botId);
      await expect(images.get(ADMIN, botId, undefined)).rejects.toEqual(code('NOT_FOUND'));
      expect(await stored()).toEqual(before);
    });

    it('that are replaced at the same time leave one', async () => {
      const botId = await create();
      const [before] = await stored();
      await Promise.all(Array.from({ length: 5 }, () => images.replace(ADMIN, botId, png(100))));
      expect((await stored())[0]).toBe(before! + 1);
    });

    it('are not taken when they are something else, or too large for a browser', async () => {
      const botId = await create();
      const replace = (bytes: Buffer | undefined) => images.replace(ADMIN, botId, bytes);
      await expect(replace(Buffer.from('<html>'))).rejects.toEqual(code('UNSUPPORTED_MEDIA_TYPE'));
      await expect(replace(Buffer.alloc(0))).rejects.toEqual(code('UNSUPPORTED_MEDIA_TYPE'));
      await expect(replace(undefined)).rejects.toEqual(code('UNSUPPORTED_MEDIA_TYPE'));
      await expect(replace(png(100, 8193))).rejects.toEqual(code('VALIDATION_FAILED'));
      await expect(replace(png(100, 0))).rejects.toEqual(code('VALIDATION_FAILED'));
    });

    it('of closed bots are for those who may use them', async () => {
      const botId = await create({ isPublic: false, userLogins: 'ada' });
      await images.replace(ADMIN, botId, png(100));
      expect((await images.get(person('ada', 'user'), botId, undefined)).bytes).toHaveLength(100);
      await expect(images.get(ANONYMOUS, botId, undefined)).rejects.toEqual(code('NOT_FOUND'));
    });
  });

  describe('configurations', () => {
    const CONNECTION = 'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0';

    it('keep their secrets to themselves, also in the database', async () => {
      const botId = await create();
      const clients = {
        isUpdateBlobClient: true,
        blobClientConnectionString: CONNECTION,
        isUpdateSearchClient: true,
        searchClientEndpoint: 'https://acme.search.example',
        searchClientCredential: 'c2VjcmV0',
      };
      await configurations.updateAcs(ADMIN, botId, { ...clients, indexName: 'docs', maxResults: 5 });
      await configurations.updateAzureSearch(ADMIN, botId, { ...clients, temperature: 0.5 });
      await configurations.updateRaw(ADMIN, botId, { configurationRaw: '{"apiKey":"c2VjcmV0","a":1}' });
      const { configuration } = await database.getRepository(Bot).findOneByOrFail({ id: botId });
      expect(JSON.stringify(configuration)).not.toContain('c2VjcmV0');
      const answers = [
        await configurations.getAcs(ADMIN, botId),
        await configurations.getAzureSearch(ADMIN, botId),
        await configurations.getRaw(ADMIN, botId),
      ];
      expect(JSON.stringify(answers)).not.toContain('c2VjcmV0');
      const set = {
        isBlobServiceClientSet: true,
        blobServiceClientDisplayUri: 'https://acme.blob.core.windows.net/',
        isSearchClientSet: true,
        searchClientEndpoint: 'https://acme.search.example/',
      };
      expect(answers[0]).toEqual({
        ...set,
        indexName: 'docs',
        indexFields: '',
        useSemanticSearch: false,
        semanticSearchConfigurationName: '',
        maxResults: 5,
        maxCharsTotal: null,
      });
      expect(answers[1]).toMatchObject({ ...set, temperature: 0.5, searchShouldRestrictResultScope: null });
      expect(answers[2]).toEqual({ configurationRaw: '{"apiKey":"********","a":1}' });
    });

    it('change a client only when asked, and drop its credential with its origin', async () => {
      const botId = await create();
      const update = (dto: object) => configurations.updateAcs(ADMIN, botId, dto);
      const searchClientEndpoint = 'https://acme.search.example';
      await update({ isUpdateSearchClient: true, searchClientEndpoint, searchClientCredential: 'key' });
      await update({ searchClientEndpoint: 'https://evil.example', indexName: 'docs' });
      expect(await configurations.getAcs(ADMIN, botId)).toMatchObject({
        isSearchClientSet: true,
        searchClientEndpoint: `${searchClientEndpoint}/`,
        indexName: 'docs',
      });
      await update({ isUpdateSearchClient: true, searchClientEndpoint: 'https://evil.example' });
      expect(await configurations.getAcs(ADMIN, botId)).toMatchObject({ isSearchClientSet: false });
      await expect(update({ isUpdateSearchClient: true, searchClientEndpoint: 'file:///x' })).rejects.toEqual(
        code('VALIDATION_FAILED'),
      );
    });

    it('that change at the same time are all kept', async () => {
      const botId = await create();
      await Promise.all([
        configurations.updateAcs(ADMIN, botId, { indexName: 'one' }),
        configurations.updateAzureSearch(ADMIN, botId, { indexName: 'two' }),
        configurations.updateRaw(ADMIN, botId, { configurationRaw: 'three' }),
      ]);
      expect(await configurations.getAcs(ADMIN, botId)).toMatchObject({ indexName: 'one' });
      expect(await configurations.getAzureSearch(ADMIN, botId)).toMatchObject({ indexName: 'two' });
      expect(await configurations.getRaw(ADMIN, botId)).toEqual({ configurationRaw: 'three' });
    });

    it('say how the model is called', async () => {
      const botId = await create();
      await configurations.updateParameters(ADMIN, botId, { temperature: 0 });
      await configurations.updateParameters(ADMIN, botId, {
        maxOutputTokens: 100,
        isUserSystemMessageSupported: false,
      });
      expect(await configurations.getParameters(ADMIN, botId)).toEqual({
        temperature: 0,
        maxOutputTokens: 100,
        isUserSystemMessageSupported: false,
      });
      expect(await bots.getProfile(botId)).toMatchObject({ parameters: { temperature: 0, maxOutputTokens: 100 } });
    });
  });

  describe('feedback', () => {
    let botId: string;
    beforeAll(async () => {
      botId = await create({ adminLogins: 'boss', contributorLogins: 'helper' });
      const { chatId } = await server.app.get(ChatsService, { strict: false }).createChat(ADMIN, botId, 'en');
      for (const [voteId, userComment] of [
        [1, 'Größe'],
        [2, 'bad'],
        [-1, 'odd'],
      ] as const)
        await feedback.createFeedback(chatId, botId, {
          voteId,
          userComment,
          userMessage: 'Where?',
          assistantMessage: '"There"',
        });
      const { items } = await feedback.list(ADMIN, botId, page({ FilterByVote: 2 }));
      await feedback.update(person('boss', 'user'), botId, items[0]!.id, { status: 7, adminComment: 'done' });
    });

    it.each([
      [{}, ['Größe', 'bad', 'odd']],
      [{ FilterByVote: 1 }, ['Größe']],
      [{ ShowFeedbacksWithoutStatus: true }, ['Größe', 'odd']],
      [{ ShowFeedbacksWithStatus: true }, ['bad']],
      [{ ShowFeedbacksWithStatus: true, ShowFeedbacksWithoutStatus: true }, ['Größe', 'bad', 'odd']],
      [{ ShowFeedbacksWithStatus: false, ShowFeedbacksWithoutStatus: false }, ['Größe', 'bad', 'odd']],
      [{ FilterByStatus: 7 }, ['bad']],
      [{ FilterByStatus: 8 }, []],
      [{ FilterByStatus: 8, ShowFeedbacksWithoutStatus: true }, ['Größe', 'odd']],
      [{ SearchFor: 'GRÖßE' }, ['Größe']],
      [{ SearchFor: 'where?' }, ['Größe', 'bad', 'odd']],
      [{ SearchFor: '"there"' }, ['Größe', 'bad', 'odd']],
      [{ SearchFor: 'DONE' }, ['bad']],
      [{ OrderBy: 'voteId desc' }, ['Größe', 'bad', 'odd']],
    ])('is filtered by %j', async (filter, comments) => {
      const { items, totalItemCount } = await feedback.list(person('boss', 'user'), botId, page(filter));
      expect(items.map(({ userComment }) => userComment).toSorted()).toEqual(comments.toSorted());
      expect(totalItemCount).toBe(comments.length);
    });

    it('is the business of the bot’s administrators', async () => {
      await expect(feedback.list(person('helper', 'user'), botId, page())).rejects.toEqual(code('FORBIDDEN'));
      const [item] = (await feedback.list(ADMIN, botId, page())).items;
      await expect(feedback.update(ADMIN, await create(), item!.id, { status: 1 })).rejects.toEqual(code('NOT_FOUND'));
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

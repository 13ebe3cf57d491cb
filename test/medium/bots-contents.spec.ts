import { ANONYMOUS } from '@app/common';
import { Bot, StoredFile, StoredFileChunk } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { BotConfigurationService } from '../../apps/api/src/bots/configuration/bot-configuration.service.js';
import { BotImagesService } from '../../apps/api/src/bots/images/bot-images.service.js';
import type { AdminCreateBotRequestDto } from '../../apps/api/src/bots/administration/bot-request.dto.js';
import { BotParametersService } from '../../apps/api/src/bots/parameters/bot-parameters.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import type { BotFeedbackQuery } from '../../apps/api/src/bots/feedback/feedback.dto.js';
import { FeedbackService } from '../../apps/api/src/bots/feedback/feedback.service.js';
import { ChatsService } from '../../apps/api/src/chats/chat/chats.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ADMIN, code, createBot, ENGINES, KEY, page, person, reach } from './bots.support.js';

describe.each(ENGINES)('what belongs to bots on $engine', ({ settings }) => {
  let server: TestApp;
  let database: DataSource;
  let bots: BotsService;
  let images: BotImagesService;
  let configurations: BotConfigurationService;
  let parameters: BotParametersService;
  let feedback: FeedbackService;

  beforeAll(async () => {
    server = await startTestApp({ ...settings, ...KEY });
    database = reach(server, getDataSourceToken());
    bots = reach(server, BotsService);
    images = reach(server, BotImagesService);
    configurations = reach(server, BotConfigurationService);
    parameters = reach(server, BotParametersService);
    feedback = reach(server, FeedbackService);
  }, 60_000);
  afterAll(() => server.stop());

  const create = (changes?: Partial<AdminCreateBotRequestDto>): Promise<string> => createBot(server, changes);

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
      await parameters.update(ADMIN, botId, { temperature: 0 });
      await parameters.update(ADMIN, botId, {
        maxOutputTokens: 100,
        isUserSystemMessageSupported: false,
      });
      expect(await parameters.get(ADMIN, botId)).toMatchObject({
        temperature: 0,
        maxOutputTokens: 100,
        isUserSystemMessageSupported: false,
        isTitledByModel: false,
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
      const { items } = await feedback.list(ADMIN, botId, page<BotFeedbackQuery>({ FilterByVote: 2 }));
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
});

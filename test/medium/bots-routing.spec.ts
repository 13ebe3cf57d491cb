import { ANONYMOUS } from '@app/common';
import { Bot, OpenAiService } from '@app/database';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { OpenAiServicesService } from '../../apps/api/src/models/services/openai-services.service.js';
import { BotAdministrationService } from '../../apps/api/src/bots/administration/bot-administration.service.js';
import { BotSearchService } from '../../apps/api/src/bots/start-bots/bot-search.service.js';
import { BotStopService } from '../../apps/api/src/bots/profile/bot-stop.service.js';
import { BotsBootstrapService } from '../../apps/api/src/bots/profile/bots-bootstrap.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { StartBotsService } from '../../apps/api/src/bots/start-bots/start-bots.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { freshDatabase } from '../support/databases.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { describeOnServer } from '../support/servers.js';
import { ADMIN, code, ENGINES, KEY, person, reach } from './bots.support.js';

const USER = person('ada', 'user');
const CHARGE = { turnId: null, userKey: 'user:1', channel: 'api' };

describe.each(ENGINES)('a start bot on $engine', ({ settings }) => {
  let server: TestApp;
  let bots: BotsService;
  let administration: BotAdministrationService;
  let startBots: StartBotsService;
  let searches: BotSearchService;
  let serviceId: string;
  const provider = new FakeProvider();

  beforeAll(async () => {
    await provider.start();
    server = await startTestApp({ ...settings, ...KEY });
    bots = reach(server, BotsService);
    administration = reach(server, BotAdministrationService);
    startBots = reach(server, StartBotsService);
    searches = reach(server, BotSearchService);
    serviceId = await reach<OpenAiServicesService>(server, OpenAiServicesService).create({
      displayName: 'Fake',
      isActive: true,
      azureOpenAiEndpoint: provider.baseUrl,
    });
    await reach<OpenAiServicesService>(server, OpenAiServicesService).getTarget(serviceId);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await provider.stop();
  });
  beforeEach(() => {
    provider.reset();
    provider.journal.clear();
  });

  const bot = async (changes: object = {}): Promise<string> => {
    const displayNameTv = { value: 'Bot', valueDe: '' };
    return (await administration.create({ displayNameTv, isActive: true, isPublic: true, ...changes })).botId;
  };
  interface Setup {
    start?: object;
    members: { keywords?: string; isDefaultBot?: boolean; bot?: object }[];
  }
  /** A start bot with members; answers how a message is routed, by the member's number. */
  const routing = async ({ start, members }: Setup) => {
    const startBotId = await bot({ isStartBot: true, ...start });
    const ids: string[] = [];
    for (const { bot: changes, ...link } of members) {
      const botId = await bot(changes);
      await startBots.addMember(ADMIN, startBotId, botId, link);
      ids.push(botId);
    }
    const route = async (message: string, caller = USER as Parameters<typeof searches.route>[1]) => {
      const { botId, ...rest } = await searches.route(await bots.getProfile(startBotId), caller, message, CHARGE);
      return { member: ids.indexOf(botId), ...rest };
    };
    return { startBotId, ids, route };
  };

  it('sends a message to the member whose keywords fit best', async () => {
    const { route } = await routing({
      members: [{ keywords: 'invoice' }, { keywords: 'credit card, invoice' }, { isDefaultBot: true }],
    });
    expect(await route('my INVOICE, please')).toEqual({ member: 0, how: 'keywords' });
    expect(await route('my invoice and my credit card')).toEqual({ member: 1, how: 'keywords' });
    expect(await route('hello')).toEqual({ member: 2, how: 'default' });
  });

  it('prefers the default member among equals', async () => {
    const { route } = await routing({ members: [{ keywords: 'a' }, { keywords: 'a', isDefaultBot: true }] });
    expect(await route('a')).toMatchObject({ member: 1, how: 'keywords' });
  });

  it('says so when no member fits and there is no default', async () => {
    const { startBotId, route } = await routing({ members: [{ keywords: 'invoice' }] });
    await expect(route('hello')).rejects.toEqual(code('CONFLICT'));
    await expect(searches.search(USER, startBotId, 'hello')).rejects.toEqual(code('CONFLICT'));
    await expect(searches.search(USER, await bot(), 'hello')).rejects.toEqual(code('NOT_FOUND'));
  });

  it('passes over members that the caller may not use, and those that are off or gone', async () => {
    const { ids, route } = await routing({
      members: [
        { keywords: 'x', bot: { isPublic: false } },
        { keywords: 'x', bot: { isPublic: false, userLogins: 'ada' } },
        { keywords: 'x' },
      ],
    });
    expect(await route('x')).toMatchObject({ member: 1 });
    expect(await route('x', ANONYMOUS)).toMatchObject({ member: 2 });
    expect(await route('x', ADMIN)).toMatchObject({ member: 0 });
    await administration.update(ADMIN, ids[1]!, { isActive: false });
    expect(await route('x')).toMatchObject({ member: 2 });
    await administration.delete(ADMIN, ids[2]!);
    await expect(route('x')).rejects.toEqual(code('CONFLICT'));
  });

  describe('with a service', () => {
    const asking = () =>
      routing({
        start: { openAiServiceId: serviceId },
        members: [
          { isDefaultBot: true, bot: { descriptionTv: { value: 'Tells jokes.' } } },
          { keywords: 'tax', bot: { descriptionTv: { value: 'Knows\neverything about taxes.' } } },
        ],
      });

    it('asks the model with the descriptions of the members', async () => {
      provider.script('default', { text: '2' });
      const { route } = await asking();
      expect(await route('How much do I owe?')).toEqual({ member: 1, how: 'model' });
      const { body } = provider.journal.last!;
      expect(JSON.stringify(body)).toContain('1. Bot: Tells jokes.\\n2. Bot: Knows everything about taxes.');
    });

    it('does not ask when keywords fit', async () => {
      const { route } = await asking();
      expect(await route('tax')).toEqual({ member: 1, how: 'keywords' });
      expect(provider.journal.requests).toHaveLength(0);
    });

    it.each([
      ['none fits', { text: '0' }],
      ['it names no number', { text: 'I would say the second one' }],
      ['it names a number that no member has', { text: '3' }],
      ['it fails', { status: 500 }],
      ['it is cut off', { reset: true } as const],
    ])('falls back to the default member when %s', async (_name, scenario) => {
      provider.script('default', scenario);
      const { route } = await asking();
      expect(await route('Anything')).toMatchObject({ member: 0, how: 'default' });
    });
  });
});

describe.each(ENGINES)('the stop switch on $engine', ({ settings }) => {
  it('holds, is told to everybody here, and is seen at once', async () => {
    const server = await startTestApp({ ...settings, ...KEY });
    const stops = reach<BotStopService>(server, BotStopService);
    const told: unknown[] = [];
    reach<EventEmitter2>(server, EventEmitter2).on('bots.stopped', (event: unknown) => told.push(event));
    expect(await stops.isStopped()).toBe(false);
    await stops.setStopped(true);
    expect(await stops.isStopped()).toBe(true);
    await stops.setStopped(false);
    expect(await stops.isStopped()).toBe(false);
    expect(told).toEqual([{ isStopped: true }, { isStopped: false }]);
    await server.stop();
  });
});

describe.each(ENGINES)('the first start on $engine', ({ settings }) => {
  const start = (overrides: Record<string, string> = {}) => startTestApp({ ...settings, ...KEY, ...overrides });

  it('makes a bot on the demo service, once', async () => {
    const server = await start();
    await reach<BotsBootstrapService>(server, BotsBootstrapService).onApplicationBootstrap();
    const database = reach<DataSource>(server, getDataSourceToken());
    expect(await database.getRepository(Bot).count()).toBe(1);
    const bots = reach<BotsService>(server, BotsService);
    const [target] = (await bots.getTargets(await bots.getProfile((await bots.getOpenBotId())!))).targets;
    expect(target.connection.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect(target.model).toBe('baton-demo');
    await server.stop();
  });

  it('makes a bot on the service that the environment names', async () => {
    const provider = new FakeProvider();
    await provider.start();
    const server = await start({
      OPENAI_API_KEY: 'sk-env',
      OPENAI_BASE_URL: provider.baseUrl,
      OPENAI_MODEL: 'fake-small',
    });
    const bots = reach<BotsService>(server, BotsService);
    expect((await bots.getTargets(await bots.getProfile((await bots.getOpenBotId())!))).targets[0]).toMatchObject({
      model: 'fake-small',
      connection: { baseUrl: provider.baseUrl, apiKey: 'sk-env', dialect: 'responses' },
    });
    await server.stop();
    await provider.stop();
  });

  it('refuses the demo in production, with a way out', async () => {
    const server = await start({ DEMO_SERVICE: 'off' });
    const bots = reach<BotsService>(server, BotsService);
    await expect(bots.getTargets(await bots.getProfile((await bots.getOpenBotId())!))).rejects.toMatchObject({
      code: 'BOT_NOT_READY',
      message: expect.stringContaining('DEMO_SERVICE=on') as unknown,
    });
    await server.stop();
  });
});

describeOnServer('several instances', () => {
  it('instances that start together make one bot', async () => {
    const database = await freshDatabase();
    const servers = await Promise.all(
      Array.from({ length: 3 }, () =>
        startTestApp({ ...KEY, DATABASE_URL: database!.url, OPENAI_BASE_URL: 'http://127.0.0.1:9' }),
      ),
    );
    const source = reach<DataSource>(servers[0]!, getDataSourceToken());
    expect(await source.getRepository(Bot).count()).toBe(1);
    expect(await source.getRepository(OpenAiService).count()).toBe(1);
    const open = await Promise.all(servers.map((server) => reach<BotsService>(server, BotsService).getOpenBotId()));
    expect(new Set(open).size).toBe(1);
    expect(open[0]).not.toBeNull();
    await Promise.all(servers.map((server) => server.stop()));
    database!.release();
  }, 60_000);
});

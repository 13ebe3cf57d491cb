import { AppConfig, MetricsRegistry, parseEnvironment } from '@app/common';
import { Bot, migrate, openDataSource } from '@app/database';
import { defaultCapabilities, type ProviderConnection } from '@app/openai';
import { Logger } from '@nestjs/common';
import { BudgetsService } from '../../apps/api/src/accounting/budgets/budgets.service.js';
import { PriceBookService } from '../../apps/api/src/accounting/prices/price-book.service.js';
import type { BotProfile } from '../../apps/api/src/bots/profile/bot-profile.js';
import { BotSearchService } from '../../apps/api/src/bots/start-bots/bot-search.service.js';
import { BotStopService } from '../../apps/api/src/bots/profile/bot-stop.service.js';
import { newBot } from '../../apps/api/src/bots/profile/new-bot.js';
import { takeoverPolicyOf } from '../../apps/api/src/bots/profile/takeover-policy.js';
import { BotToolsService, type CallableTool } from '../../apps/api/src/bots/tools/bot-tools.service.js';
import { ToolCallsService, type ToolAnswer } from '../../apps/api/src/bots/tools/tool-calls.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { TurnMetrics } from '../../apps/api/src/baton/turns/running/turn.metrics.js';
import type { ModelTarget } from '../../apps/api/src/models/calls/model-call.js';
import { ModelCallsService } from '../../apps/api/src/models/calls/model-calls.service.js';
import { ServiceGates } from '../../apps/api/src/models/calls/service-gates.js';
import type { ServiceHealthService } from '../../apps/api/src/models/health/service-health.service.js';
import { UsersService } from '../../apps/api/src/users/users.service.js';
import { freshDatabase } from '../support/databases.js';
import type { Token } from './instance.js';
import { SCRIPTED_TOOL } from './scripted-provider.js';
import { KEYWORD, type Surroundings } from './world.js';

/** An empty database with one bot: embedded, or one of its own on the server of `TEST_MYSQL_URL`. */
export async function openSurroundings(): Promise<Surroundings & { close(): Promise<void> }> {
  const database = await freshDatabase();
  const environment = {
    DATABASE_URL: database?.url,
    PROVIDER_ATTEMPTS: '1',
    PROVIDER_BREAKER_FAILURES: '0',
    CHAT_QUEUE_LIMIT: '3',
    NODE_ENV: 'test',
  };
  const config = new AppConfig(parseEnvironment(environment));
  const dataSource = await openDataSource({ databaseUrl: config.database.url, dataDir: ':memory:', poolSize: 4 });
  await migrate(dataSource);
  const row = newBot({ code: 'scripted', displayName: 'Scripted', isActive: true, isPublic: true });
  await dataSource.getRepository(Bot).insert(row);
  const bot = profileOf(row);
  Logger.overrideLogger(false);
  // Commit windows and deadlines go by the model's clock; the database and the event loop by their own.
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'performance', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
  });
  return {
    dataSource,
    config,
    metrics: new TurnMetrics(new MetricsRegistry()),
    botId: bot.id,
    outside: new Map<Token, unknown>([
      [BotsService, botsWith(bot)],
      [BotStopService, { isStopped: () => Promise.resolve(false) } satisfies Partial<BotStopService>],
      [BotSearchService, {}],
      [BotToolsService, { getCallable: () => Promise.resolve([TOOL]) } satisfies Partial<BotToolsService>],
      [ToolCallsService, { call: (_, json) => Promise.resolve(answerOf(json)) } satisfies Partial<ToolCallsService>],
      [ModelCallsService, callsWith(config)],
      [PriceBookService, { priceOf: () => Promise.resolve(null) } satisfies Partial<PriceBookService>],
      [BudgetsService, { bookingsFor: () => Promise.resolve([]) } satisfies Partial<BudgetsService>],
      [UsersService, {}],
    ]),
    advanceTime: (milliseconds) => jest.advanceTimersByTime(milliseconds),
    forgetTimers: () => jest.clearAllTimers(),
    async close() {
      jest.useRealTimers();
      await dataSource.destroy();
      database?.release();
    },
  };
}

const botsWith = (bot: BotProfile): Pick<BotsService, 'getUsableBot' | 'getProfile' | 'getTargets'> => ({
  getUsableBot: () => Promise.resolve(bot),
  getProfile: () => Promise.resolve(bot),
  getTargets: () => Promise.resolve({ targets: [TARGET], unusable: [] }),
});

/** Real, apart from what it learns about the health of the service. */
function callsWith(config: AppConfig): ModelCallsService {
  const metrics = new MetricsRegistry();
  const health = { learn: () => undefined } satisfies Partial<ServiceHealthService>;
  const gates = new ServiceGates(config, metrics);
  return new ModelCallsService(config, gates, health as Partial<ServiceHealthService> as ServiceHealthService, metrics);
}

const profileOf = (row: ReturnType<typeof newBot>): BotProfile => ({
  ...row,
  displayName: { value: row.displayName, valueDe: '' },
  displayMessage: NOTHING,
  description: NOTHING,
  sampleQuestion1: NOTHING,
  sampleQuestion2: NOTHING,
  isDeleted: false,
  isOpenBot: true,
  facts: [],
  fallbacks: [],
  openAiServiceId: 'scripted',
  isUserSystemMessageSupported: false,
  takeover: takeoverPolicyOf({ takeover: { isOfferedToBot: true, failedTurns: 2, keywords: [KEYWORD] } }),
});

const TOOL: CallableTool = {
  name: SCRIPTED_TOOL,
  description: '',
  parameters: { type: 'object' },
  url: null,
  headers: {},
  timeoutMs: 1000,
};

const answerOf = (json: Record<string, unknown>): ToolAnswer => ({
  outcome: 'ok',
  status: 200,
  output: 'noted',
  variables: { answered: Object.values(json)[0] },
  milliseconds: 1,
});

const NOTHING = { value: '', valueDe: '' };

const CONNECTION: ProviderConnection = {
  baseUrl: 'http://127.0.0.1/v1',
  apiKey: null,
  isAzure: false,
  dialect: 'responses',
  capabilities: defaultCapabilities(),
};

const TARGET: ModelTarget = {
  connection: CONNECTION,
  serviceId: 'scripted',
  model: 'm',
  defaultModel: 'm',
  revision: 1,
  maxConcurrency: null,
  queueMs: 0,
};

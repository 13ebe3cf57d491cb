import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import type { Dialect, ServiceTable } from '../../support/fake-provider/dialects/index.mjs';
import { FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { bearer, HttpClient } from '../../support/http-client.js';
import { orderTool, ToolServer, toolsOf } from '../tools/tools.support.js';

export interface Probed {
  dialect: Dialect;
  capabilities: Record<string, boolean>;
  problem: unknown;
}

/** A service whose table says that it does not stream. */
export const withoutStreaming = (table: ServiceTable): ServiceTable => ({
  ...table,
  quirks: [...table.quirks, { what: 'does not stream', source: 'a variant of the test', ignores: 'streaming' }],
});

/** A running service, a model service that an administrator has made of it, and a bot with a tool that answers through it. */
export class ServiceSetup {
  botId = '';
  probed!: Probed;
  private serviceId = '';

  private constructor(
    readonly provider: FakeProvider,
    private readonly client: HttpClient,
    private readonly table: ServiceTable,
  ) {}

  static async start(
    server: ChatServer,
    tools: ToolServer,
    table: ServiceTable,
    dialect: Dialect | 'auto',
  ): Promise<ServiceSetup> {
    const provider = new FakeProvider({ service: table, journalSize: 1000 });
    await provider.start();
    const setup = new ServiceSetup(provider, new HttpClient(server.app.url, bearer(ADMIN_KEY)), table);
    await setup.createService(dialect);
    await setup.createBot(tools);
    return setup;
  }

  async createChat(): Promise<string> {
    return String((await this.client.ok('POST', '/api/chats', { botId: this.botId }))['chatId']);
  }

  /** The service stays, for the chats that it has answered. */
  stop(): Promise<void> {
    return this.provider.stop();
  }

  private async createService(dialect: Dialect | 'auto'): Promise<void> {
    const service = {
      displayName: this.table.name,
      isActive: true,
      azureOpenAiEndpoint: this.provider.baseUrl + (this.table.pastedWith ?? ''),
      azureOpenAiApiKey: 'sk-test',
      dialect,
      modelName: this.table.hasNoModelList ? 'our-deployment' : null,
    };
    this.serviceId = await this.client.ok<string>('POST', '/api/admin/openAiServices', service);
    this.probed = await this.client.ok<Probed>('POST', `/api/admin/openAiServices/${this.serviceId}/probe`);
  }

  private async createBot(tools: ToolServer): Promise<void> {
    const bot = await this.client.ok('POST', '/api/admin/bots', {
      displayNameTv: { value: this.table.name, valueDe: '' },
      openAiServiceId: this.serviceId,
      isActive: true,
      isPublic: true,
    });
    this.botId = String(bot['botId']);
    if (this.table.expects.capabilities['tools']) await this.client.ok('POST', toolsOf(this.botId), orderTool(tools));
  }
}

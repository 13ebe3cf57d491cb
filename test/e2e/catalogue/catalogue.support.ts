import { CatalogueClient } from '../../support/catalogue-client.js';
import { ADMIN_KEY, ChatServer } from '../../support/chat-server.js';
import { OidcIssuer } from '../../support/oidc-issuer.js';
import { OpenApiValidator } from '../../support/openapi-validator.js';

export type Page<Item = Record<string, unknown>> = { items: Item[]; totalItemCount: number };
export type Ids = Record<string, string>;

export const LIST = { PageNumber: 1, PageSize: 5, SearchFor: 'a', OrderBy: '-displayName' };

/** A server, those who call it, and what they have made there so far. */
export class Catalogue {
  readonly validator = new OpenApiValidator();
  server!: ChatServer;
  issuer!: OidcIssuer;
  admin!: CatalogueClient;
  anonymous!: CatalogueClient;
  openAiServiceId = '';
  botId = '';

  async start(): Promise<void> {
    this.issuer = await OidcIssuer.start();
    this.server = await ChatServer.start(this.issuer.clientSettings);
    this.admin = this.clientOf(ADMIN_KEY);
    this.anonymous = this.clientOf(null);
  }

  clientOf(token: string | null): CatalogueClient {
    return new CatalogueClient(this.validator, this.server.app.url, token);
  }

  async createChat(): Promise<string> {
    return (await this.admin.call<Ids>('createChat', { body: { botId: this.botId } }))['chatId']!;
  }

  createMessage(): Promise<string> {
    return this.admin.call<string>('createUserSystemMessage');
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.issuer.stop();
  }
}

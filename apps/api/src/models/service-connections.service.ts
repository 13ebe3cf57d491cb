import { AppConfig, AppError } from '@app/common';
import type { OpenAiService } from '@app/database';
import { defaultCapabilities, DemoService, type ProviderConnection } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { SecretsService } from '../secrets/index.js';

/** How a service's row becomes a connection, and where its key is kept. */
@Injectable()
export class ServiceConnectionsService {
  constructor(
    private readonly secrets: SecretsService,
    private readonly demo: DemoService,
    private readonly config: AppConfig,
  ) {}

  sealKey(serviceId: string, endpoint: string, apiKey: string): string {
    return this.secrets.seal(apiKey, placeOf(serviceId, endpoint));
  }

  /** Whether an endpoint and a readable key are there. The demo needs neither. */
  isSet(service: OpenAiService): boolean {
    if (service.isDemo) return this.config.provider.isDemoAllowed;
    return service.encryptedKey !== null && this.readKey(service) !== null;
  }

  /** Whether a key is stored that this server cannot read: it was encrypted with another encryption key. */
  isUndecryptable(service: OpenAiService): boolean {
    return service.encryptedKey !== null && this.readKey(service) === null;
  }

  /** Throws BOT_NOT_READY, with what an administrator can do about it, when there is nothing to connect to. */
  async connect(service: OpenAiService): Promise<ProviderConnection> {
    const { dialect, isAzure } = service;
    const capabilities = service.capabilities ?? defaultCapabilities();
    if (service.isDemo) {
      return { baseUrl: await this.demoUrl(), apiKey: null, isAzure: false, dialect, capabilities };
    }
    if (service.endpoint === null) throw notReady('The service has no endpoint yet.');
    if (this.isUndecryptable(service))
      throw notReady(
        'The key of the service cannot be decrypted (undecryptable): it was stored with another ENCRYPTION_KEY. Enter it again.',
      );
    return { baseUrl: service.endpoint, apiKey: this.readKey(service), isAzure, dialect, capabilities };
  }

  private readKey({ id, endpoint, encryptedKey }: OpenAiService): string | null {
    return encryptedKey === null || endpoint === null ? null : this.secrets.open(encryptedKey, placeOf(id, endpoint));
  }

  private async demoUrl(): Promise<string> {
    if (!this.config.provider.isDemoAllowed)
      throw notReady(
        'The demo service is switched off here. Put the bot on a real service, or set DEMO_SERVICE=on to answer with the demo.',
      );
    return (await this.demo.start()).baseUrl;
  }
}

export const notReady = (detail: string): AppError => new AppError('BOT_NOT_READY', { detail });

const placeOf = (serviceId: string, endpoint: string): string =>
  `openai_services/${serviceId}/key ${new URL(endpoint).origin}`;

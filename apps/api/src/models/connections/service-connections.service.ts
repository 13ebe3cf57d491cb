import { AppConfig, AppError } from '@app/common';
import type { OpenAiService } from '@app/database';
import {
  defaultCapabilities,
  DemoService,
  normaliseEndpoint,
  type Endpoint,
  type ProviderConnection,
} from '@app/openai';
import { Injectable } from '@nestjs/common';
import { ConnectionExtrasService } from './connection-extras.service.js';
import { SecretsService, type KeyStatus } from '../../secrets/index.js';
import type { AdminCreateOpenAiServiceRequestDto } from '../services/openai-service-request.dto.js';
import type { ServiceChanges } from '../services/openai-services.repository.js';
import { keyPlaceOf } from './service-keys.js';

export const OPENAI_BASE_URL = 'https://api.openai.com/v1';

type Connection = Pick<AdminCreateOpenAiServiceRequestDto, 'azureOpenAiEndpoint' | 'azureOpenAiApiKey'>;

/** How a service's row becomes a connection, and where its key is kept. */
@Injectable()
export class ServiceConnectionsService {
  constructor(
    private readonly secrets: SecretsService,
    private readonly demo: DemoService,
    private readonly config: AppConfig,
    private readonly extras: ConnectionExtrasService,
  ) {}

  sealKey(serviceId: string, endpoint: string, apiKey: string): string {
    return this.secrets.seal(apiKey, keyPlaceOf(serviceId, endpoint));
  }

  /** Undecryptable: the key was encrypted with another encryption key. */
  keyStatusOf(service: OpenAiService): KeyStatus {
    if (this.extras.open(service) === null) return 'undecryptable';
    if (service.encryptedKey === null) return service.entra === null ? 'missing' : 'ok';
    return this.readKey(service) === null ? 'undecryptable' : 'ok';
  }

  /** Whether an endpoint and a readable key are there. The demo needs neither. */
  isSet(service: OpenAiService): boolean {
    return service.isDemo ? this.config.provider.isDemoAllowed : this.keyStatusOf(service) === 'ok';
  }

  /**
   * Throws BOT_NOT_READY when there is nothing to connect to, and SECRET_UNREADABLE when the key cannot be decrypted, with what an
   * administrator can do about it.
   */
  async connect(service: OpenAiService): Promise<ProviderConnection> {
    const { dialect, isAzure } = service;
    const capabilities = service.capabilities ?? defaultCapabilities();
    if (service.isDemo) {
      return { baseUrl: await this.demoUrl(), apiKey: null, isAzure: false, dialect, capabilities };
    }
    if (service.endpoint === null) throw notReady('The service has no endpoint yet.');
    if (this.keyStatusOf(service) === 'undecryptable') throw new AppError('SECRET_UNREADABLE', { detail: UNREADABLE });
    const extras = this.extras.open(service);
    return { baseUrl: service.endpoint, apiKey: this.readKey(service), isAzure, dialect, capabilities, ...extras };
  }

  /** A field that was not sent stays. The key stays only while the origin does. */
  changesOf(service: OpenAiService, { azureOpenAiEndpoint, azureOpenAiApiKey }: Connection): ServiceChanges {
    if (service.isDemo)
      throw new AppError('CONFLICT', { detail: 'The demo service has no endpoint to change: create another service.' });
    const given = azureOpenAiEndpoint === undefined ? service.endpoint : azureOpenAiEndpoint?.trim();
    const apiKey = azureOpenAiApiKey ?? '';
    if (!given) {
      if (apiKey !== '') throw invalid('azureOpenAiEndpoint', 'azureOpenAiEndpoint is needed with azureOpenAiApiKey');
      return {
        endpoint: null,
        isAzure: false,
        encryptedKey: null,
        ...this.extras.withoutSecrets(service),
        ...UNPROBED,
      };
    }
    const { baseUrl, isAzure, deployment } = endpointOf(given);
    const isNewest = baseUrl === OPENAI_BASE_URL || (isAzure && !baseUrl.includes('?'));
    const isSameOrigin = service.endpoint !== null && new URL(service.endpoint).origin === new URL(baseUrl).origin;
    const kept = isSameOrigin ? this.renewed(service) : null;
    return {
      endpoint: baseUrl,
      isAzure,
      ...(!isSameOrigin && this.extras.withoutSecrets(service)),
      encryptedKey: apiKey === '' ? kept : this.sealKey(service.id, baseUrl, apiKey),
      ...(baseUrl !== service.endpoint && {
        ...UNPROBED,
        ...(deployment !== null && { defaultModel: deployment }),
        dialect: service.chosenDialect ?? (isNewest ? 'responses' : 'chat_completions'),
      }),
    };
  }

  /** Whether the request has a key, or another endpoint than the service. */
  isOther(service: OpenAiService, { azureOpenAiEndpoint, azureOpenAiApiKey }: Connection): boolean {
    const endpoint = azureOpenAiEndpoint?.trim() ?? '';
    return Boolean(azureOpenAiApiKey) || (endpoint !== '' && baseUrlOf(endpoint) !== service.endpoint);
  }

  /** Whether a service that has been read again still has the connection it had, however its key is sealed now. */
  isSame(before: OpenAiService, now: OpenAiService): boolean {
    return (
      before.endpoint === now.endpoint &&
      before.chosenDialect === now.chosenDialect &&
      this.readKey(before) === this.readKey(now) &&
      this.extras.isSame(before, now)
    );
  }

  private renewed({ id, endpoint, encryptedKey }: OpenAiService): string | null {
    return encryptedKey === null || endpoint === null
      ? encryptedKey
      : this.secrets.renew(encryptedKey, keyPlaceOf(id, endpoint));
  }

  private readKey({ id, endpoint, encryptedKey }: OpenAiService): string | null {
    return encryptedKey === null || endpoint === null
      ? null
      : this.secrets.open(encryptedKey, keyPlaceOf(id, endpoint));
  }

  private async demoUrl(): Promise<string> {
    if (!this.config.provider.isDemoAllowed)
      throw notReady(
        'The demo service is switched off here. Put the bot on a real service, or set DEMO_SERVICE=on to answer with the demo.',
      );
    return (await this.demo.start()).baseUrl;
  }
}

const UNREADABLE =
  "The key of the bot's model service cannot be decrypted: it was sealed with another encryption key. Set ENCRYPTION_KEY to that key, or enter the service's key again.";

const UNPROBED = { dialect: 'chat_completions', capabilities: null, health: null } satisfies ServiceChanges;

function endpointOf(text: string): Endpoint {
  try {
    return normaliseEndpoint(text);
  } catch (error) {
    throw invalid('azureOpenAiEndpoint', (error as Error).message);
  }
}

/** Null for what is no endpoint. */
function baseUrlOf(text: string): string | null {
  try {
    return normaliseEndpoint(text).baseUrl;
  } catch {
    return null;
  }
}

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });

export const notReady = (detail: string): AppError => new AppError('BOT_NOT_READY', { detail });

import { AppError, MASK, type Principal } from '@app/common';
import type { Bot } from '@app/database';
import { Injectable } from '@nestjs/common';
import { SecretsService } from '../../secrets/index.js';
import { blobAddressOf } from './blob-address.js';
import { BotAccessService } from '../profile/bot-access.service.js';
import type {
  AdminGetAcsBotConfigurationResponseDto,
  AdminGetAzureOpenAISearchBotConfigurationResponseDto,
  AdminGetBotConfigurationResponseDto,
  AdminUpdateAcsBotConfigurationRequestDto,
  AdminUpdateAzureOpenAISearchBotConfigurationRequestDto,
  AdminUpdateBotConfigurationRequestDto,
} from './bot-configuration.dto.js';
import { BotsRepository } from '../profile/bots.repository.js';
import { BotsService } from '../profile/bots.service.js';
import { keepMaskedSecrets, maskSecrets, MAX_DEPTH, TooDeepError } from './raw-configuration.js';
import {
  blobPlaceOf,
  rawPlaceOf,
  searchPlaceOf,
  type SearchPart,
  type StoredConfiguration,
  type StoredSearch,
} from './stored-configuration.js';

type SearchRequest = AdminUpdateAcsBotConfigurationRequestDto & AdminUpdateAzureOpenAISearchBotConfigurationRequestDto;

/** The configurations of a bot. Secrets in them are encrypted, belong to the bot, and are never given back. */
@Injectable()
export class BotConfigurationService {
  constructor(
    private readonly bots: BotsRepository,
    private readonly access: BotAccessService,
    private readonly profiles: BotsService,
    private readonly secrets: SecretsService,
  ) {}

  async getAcs(caller: Principal, botId: string): Promise<AdminGetAcsBotConfigurationResponseDto> {
    const { shared, values } = this.read(await this.access.requireBotAdmin(caller, botId), 'acs');
    return {
      ...shared,
      indexFields: textOf(values.indexFields),
      useSemanticSearch: values.useSemanticSearch === true,
      maxCharsTotal: numberOf(values.maxCharsTotal),
    };
  }

  async getAzureSearch(
    caller: Principal,
    botId: string,
  ): Promise<AdminGetAzureOpenAISearchBotConfigurationResponseDto> {
    const { shared, values } = this.read(await this.access.requireBotAdmin(caller, botId), 'azureSearch');
    const isRestricted = values.searchShouldRestrictResultScope;
    return {
      ...shared,
      embeddingModelName: textOf(values.embeddingModelName),
      temperature: numberOf(values.temperature),
      searchFilter: textOf(values.searchFilter),
      searchStrictness: numberOf(values.searchStrictness),
      searchShouldRestrictResultScope: typeof isRestricted === 'boolean' ? isRestricted : null,
    };
  }

  updateAcs(caller: Principal, botId: string, dto: AdminUpdateAcsBotConfigurationRequestDto): Promise<void> {
    return this.updateSearch(caller, botId, 'acs', dto);
  }

  updateAzureSearch(
    caller: Principal,
    botId: string,
    dto: AdminUpdateAzureOpenAISearchBotConfigurationRequestDto,
  ): Promise<void> {
    return this.updateSearch(caller, botId, 'azureSearch', dto);
  }

  async getRaw(caller: Principal, botId: string): Promise<AdminGetBotConfigurationResponseDto> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    return { configurationRaw: maskSecrets(this.openRaw(bot) ?? '') };
  }

  async updateRaw(caller: Principal, botId: string, dto: AdminUpdateBotConfigurationRequestDto): Promise<void> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    const sent = dto.configurationRaw ?? '';
    const stored = this.openRaw(bot);
    // It is shown as empty: sent back like that it would be gone for good.
    if (stored === null && (sent === '' || sent.includes(MASK))) throw unreadable();
    const raw = rawOf(sent, stored ?? '');
    await this.store(bot, { raw: this.secrets.seal(raw, rawPlaceOf(bot.id)) });
  }

  private read(bot: Bot, part: SearchPart) {
    const stored = (bot.configuration as StoredConfiguration)[part] ?? {};
    const values = stored.values ?? {};
    const shared = {
      isBlobServiceClientSet: this.isReadable(stored.blobConnection, blobPlaceOf(bot.id, part)),
      blobServiceClientDisplayUri: stored.blobAddress ?? '',
      isSearchClientSet: this.isReadable(stored.searchCredential, searchPlaceOf(bot.id, part, stored.searchEndpoint)),
      searchClientEndpoint: stored.searchEndpoint ?? '',
      indexName: textOf(values.indexName),
      semanticSearchConfigurationName: textOf(values.semanticSearchConfigurationName),
      maxResults: numberOf(values.maxResults),
    };
    return { shared, values };
  }

  private async updateSearch(caller: Principal, botId: string, part: SearchPart, dto: SearchRequest): Promise<void> {
    const bot = await this.access.requireBotAdmin(caller, botId);
    const { isUpdateBlobClient, blobClientConnectionString, isUpdateSearchClient, ...rest } = dto;
    const { searchClientEndpoint, searchClientCredential, ...values } = rest;
    const before = (bot.configuration as StoredConfiguration)[part] ?? {};
    await this.store(bot, {
      [part]: {
        ...before,
        ...(isUpdateBlobClient === true && this.blobOf(bot.id, part, blobClientConnectionString ?? '')),
        ...(isUpdateSearchClient === true &&
          this.searchOf(bot.id, part, before, searchClientEndpoint ?? '', searchClientCredential ?? '')),
        values: { ...values },
      },
    });
  }

  private blobOf(botId: string, part: SearchPart, connection: string): StoredSearch {
    if (connection.trim() === '') return { blobConnection: null, blobAddress: '' };
    const sealed = this.secrets.seal(connection, blobPlaceOf(botId, part));
    return { blobConnection: sealed, blobAddress: blobAddressOf(connection.trim()) };
  }

  /** The credential stays only while the endpoint's origin does. */
  private searchOf(
    botId: string,
    part: SearchPart,
    before: StoredSearch,
    text: string,
    credential: string,
  ): StoredSearch {
    if (text.trim() === '') return { searchEndpoint: '', searchCredential: null };
    const searchEndpoint = addressOf(text.trim());
    const place = searchPlaceOf(botId, part, searchEndpoint);
    const kept = place === searchPlaceOf(botId, part, before.searchEndpoint) ? (before.searchCredential ?? null) : null;
    return { searchEndpoint, searchCredential: credential === '' ? kept : this.secrets.seal(credential, place) };
  }

  private async store(bot: Bot, changes: StoredConfiguration): Promise<void> {
    await this.bots.mergeConfiguration(bot.id, changes);
    await this.profiles.changed(bot.id);
  }

  /** Null when what is stored cannot be decrypted. */
  private openRaw(bot: Bot): string | null {
    const { raw } = bot.configuration as StoredConfiguration;
    return raw === undefined ? '' : this.secrets.open(raw, rawPlaceOf(bot.id));
  }

  private isReadable(sealed: string | null | undefined, place: string): boolean {
    return typeof sealed === 'string' && this.secrets.open(sealed, place) !== null;
  }
}

function rawOf(sent: string, stored: string): string {
  try {
    return keepMaskedSecrets(sent, stored);
  } catch (error) {
    if (!(error instanceof TooDeepError)) throw error;
    throw invalid('configurationRaw', `configurationRaw must not be nested deeper than ${MAX_DEPTH} levels`);
  }
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url.href;
  throw invalid(
    'searchClientEndpoint',
    'searchClientEndpoint must be an address like https://example.search.windows.net/',
  );
}

const unreadable = (): AppError =>
  new AppError('SECRET_UNREADABLE', {
    detail:
      'The stored configuration cannot be decrypted: set the right ENCRYPTION_KEY, or send a whole one without masks.',
  });

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

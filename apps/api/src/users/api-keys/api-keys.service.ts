import { AppError, databaseTime, listOptions, momentOf, notFound, pagingResult } from '@app/common';
import type { PagingQuery, PagingResult, RequestIdentity } from '@app/common';
import type { ApiKey } from '@app/database';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { createHash, randomBytes } from 'node:crypto';
import { CacheService } from '../../cache/index.js';
import {
  mapApiKey,
  mapNewApiKey,
  type CreateApiKeyRequestDto,
  type CreateApiKeyResponseDto,
  type GetApiKeysResponseItemDto,
} from './api-key.dto.js';
import { ApiKeysRepository, type ApiKeyOrder } from './api-keys.repository.js';
import { UsersRepository } from '../users.repository.js';
import { PRINCIPAL_TTL_MS } from '../users.service.js';

/** The name of the key that the configuration gives to the administrator; other keys may not use it. */
const CONFIGURED_KEY_NAME = 'ADMIN_API_KEY';

const KEYS_PER_USER = 100;
const PREFIX_LENGTH = 9;
const USE_NOTED_EVERY_MS = 60_000;
const ORDERS: readonly ApiKeyOrder[] = ['name', 'createdAt', 'expiresAt', 'lastUsedAt'];

/** 32 random bytes are 43 characters. */
export const generateApiKey = (): string => `bt_${randomBytes(32).toString('base64url')}`;
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** What is stored of a key. */
export const describeApiKey = (key: string, name: string, expiresAt: Date | null = null): Omit<ApiKey, 'userId'> => ({
  id: uuidv7(),
  name,
  hash: hashApiKey(key),
  // Of a key that was chosen by a person, hardly anything may be shown.
  prefix: key.slice(0, key.startsWith('bt_') ? PREFIX_LENGTH : 3),
  createdAt: databaseTime(),
  expiresAt,
  lastUsedAt: null,
  revokedAt: null,
});

/** API keys: shown once, kept as hashes, looked up by hash so that every key costs the same. */
@Injectable()
export class ApiKeysService implements OnModuleDestroy {
  private readonly logger = new Logger(ApiKeysService.name);
  private readonly notes = new Set<Promise<void>>();

  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly users: UsersRepository,
    private readonly cache: CacheService,
  ) {}

  /** Whose key this is. Throws INVALID_TOKEN for keys that are unknown, revoked or expired. */
  async identify(key: string): Promise<number> {
    return (await this.identifyKey(key)).userId;
  }

  async identifyKey(key: string): Promise<Pick<ApiKey, 'id' | 'userId' | 'expiresAt'>> {
    const hash = hashApiKey(key);
    const found = await this.cache.remember('permissions', `key:${hash}`, PRINCIPAL_TTL_MS, () => this.load(hash));
    if (found.expiresAt !== null && found.expiresAt.getTime() <= databaseTime().getTime())
      throw new AppError('INVALID_TOKEN');
    this.noteUse(found);
    return found;
  }

  async list(userId: number, query: PagingQuery): Promise<PagingResult<GetApiKeysResponseItemDto>> {
    const options = listOptions(query, ORDERS, { field: 'createdAt', direction: 'DESC' });
    const [keys, total] = await this.keys.list(userId, options);
    return pagingResult(query, keys.map(mapApiKey), total);
  }

  /** For administrators, who may name any account: 404 when it does not exist. */
  async listOfUser(userId: number, query: PagingQuery): Promise<PagingResult<GetApiKeysResponseItemDto>> {
    if ((await this.users.find(userId)) === null) throw notFound('The user');
    return this.list(userId, query);
  }

  /**
   * The answer of this request is recorded nowhere, because the key is in it: a repeated request is told so instead. What makes it
   * known is the id of the key that the first one made.
   */
  async create(
    userId: number,
    dto: CreateApiKeyRequestDto,
    request: RequestIdentity | null,
  ): Promise<CreateApiKeyResponseDto> {
    const name = dto.name.trim();
    if (name.toUpperCase() === CONFIGURED_KEY_NAME) throw invalid('name', `name must not be ${CONFIGURED_KEY_NAME}`);
    const expiresAt = dto.expiresAt ? momentOf(dto.expiresAt) : null;
    // Not a number when the text is no time.
    if (expiresAt !== null && !(expiresAt.getTime() > databaseTime().getTime()))
      throw invalid('expiresAt', 'expiresAt must be in the future');
    const key = generateApiKey();
    const stored = { ...describeApiKey(key, name, expiresAt), userId };
    if (request !== null) stored.id = idOf(request);
    switch (await this.keys.insert(stored, KEYS_PER_USER)) {
      case 'no-user':
        throw notFound('The user');
      case 'too-many':
        throw new AppError('CONFLICT', { detail: `A user has at most ${KEYS_PER_USER} API keys.` });
      case 'repeated':
        throw new AppError('CONFLICT', {
          detail: 'An earlier request with this Idempotency-Key made an API key, and keys are shown only once.',
        });
      case 'done':
        return mapNewApiKey(stored, key);
    }
  }

  async delete(userId: number, apiKeyId: string): Promise<void> {
    if (!(await this.keys.revoke(userId, apiKeyId, databaseTime()))) throw notFound('The API key');
    // The key, and whatever sessions it was exchanged for.
    await this.cache.forget('permissions');
  }

  /** Lets exactly this key be the configured one. */
  async configure(userId: number, key: string): Promise<void> {
    const stored = describeApiKey(key, CONFIGURED_KEY_NAME);
    const known = await this.keys.findByHash(stored.hash);
    if (known?.name === stored.name && known.userId === userId && known.revokedAt === null) return;
    await this.keys.replaceByName({ ...stored, userId });
    await this.cache.forget('permissions');
  }

  async isKnown(key: string): Promise<boolean> {
    return (await this.keys.findByHash(hashApiKey(key))) !== null;
  }

  /** Lets the notes that are under way reach the database before it closes. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.notes);
  }

  /** A failure is not remembered: unknown keys cannot push known ones out of the cache. */
  private async load(hash: string): Promise<ApiKey> {
    const key = await this.keys.findByHash(hash);
    if (key === null || key.revokedAt !== null) throw new AppError('INVALID_TOKEN');
    return key;
  }

  /** In the background, and at most once a minute for each key. Its failure refuses no request. */
  private noteUse(key: ApiKey): void {
    const now = databaseTime();
    const unlessAfter = new Date(now.getTime() - USE_NOTED_EVERY_MS);
    if (key.lastUsedAt !== null && key.lastUsedAt > unlessAfter) return;
    key.lastUsedAt = now;
    const note = this.keys
      .noteUse(key.id, now, unlessAfter)
      .catch((error: unknown) => this.logger.warn(`The use of a key was not noted: ${(error as Error).message}`))
      .finally(() => this.notes.delete(note));
    this.notes.add(note);
  }
}

const invalid = (path: string, message: string): AppError =>
  new AppError('VALIDATION_FAILED', { errors: [{ path, message }] });

/** In the form of a UUID of version 8. */
const idOf = ({ requestKey }: RequestIdentity): string =>
  requestKey.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');

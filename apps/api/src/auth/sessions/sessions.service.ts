import {
  AppConfig,
  AppError,
  notFound,
  listOptions,
  pagingResult,
  WorkLoop,
  type PagingQuery,
  databaseTime,
} from '@app/common';
import { isForeignKeyViolation, type BrowserSession } from '@app/database';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { createHash, randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { CacheService } from '../../cache/index.js';
import type { AppEvents } from '../../events.js';
import { mapUserSession, type UserSessionDtoPagingResult } from './session.dto.js';
import { SessionsRepository, type LivingAt, type SessionOrder } from './sessions.repository.js';

const SESSIONS_PER_USER = 50;
const HOUR_MS = 3_600_000;
/** As long as accounts are remembered: a session that was ended elsewhere is noticed as fast as a lost right. */
const REMEMBERED_MS = 2500;
const USE_NOTED_EVERY_MS = 60_000;
/** Requests that were sent with the secret before may still be under way. */
const OVERLAP_MS = 60_000;
const BROWSER_LENGTH = 200;
const SECRET = /^([\da-f-]{36})\.([\w-]{43})$/;
const ORDERS: readonly SessionOrder[] = ['createdAt', 'lastUsedAt', 'expiresAt'];

/** A session, and the secret that its browser gets. */
export interface IssuedSession {
  session: BrowserSession;
  secret: string;
}

interface NewSession {
  userId: number;
  /** The key that was exchanged. */
  apiKey: { id: string; expiresAt: Date | null } | null;
  browser: string;
}

/** Sessions of browsers: known by the secret in a cookie, of which only the hash is kept and which changes from time to time. */
@Injectable()
export class SessionsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Sessions');
  private readonly loop = new WorkLoop('Deleting sessions that have ended', HOUR_MS, () => this.purge());
  private readonly settings: AppConfig['auth']['sessions'];

  constructor(
    { auth }: AppConfig,
    private readonly repository: SessionsRepository,
    private readonly cache: CacheService,
    private readonly events: EventEmitter2,
  ) {
    this.settings = auth.sessions;
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  get idleMs(): number {
    return this.settings.idleMs;
  }

  /** Throws INVALID_TOKEN when the session has ended, for every caller. */
  async get(id: string): Promise<BrowserSession> {
    const session = await this.cache.remember('permissions', `session:${id}`, REMEMBERED_MS, async () => {
      const found = await this.repository.find(id);
      // A failure is not remembered: ids that are made up push nothing out of the cache.
      if (found === null) throw ended();
      return found;
    });
    const { now, usedAfter } = this.livingAt();
    if (session.expiresAt <= now || session.lastUsedAt <= usedAfter) throw ended();
    return session;
  }

  /** The session whose browser holds the secret. Throws INVALID_TOKEN. */
  async find(secret: string): Promise<BrowserSession> {
    const [, id] = SECRET.exec(secret) ?? [];
    if (id === undefined) throw ended();
    const session = await this.get(id);
    if (isSecretOf(session, secret)) return session;
    // Another instance may have changed it a moment ago.
    const current = await this.repository.find(id);
    if (current === null || !isSecretOf(current, secret)) throw ended();
    await this.cache.forget('permissions', `session:${id}`);
    return current;
  }

  /** Notes that the session is used. Returns a new secret when it is time for one. Never fails: the next request tries again. */
  async use(session: BrowserSession, secret: string): Promise<string | null> {
    await this.noteUse(session);
    return this.renew(session, hashOf(secret)).catch((error: unknown) => this.warn(error));
  }

  /** At most once a minute. What a socket is asked for counts, that it is open does not. Never fails. */
  async noteUse({ id, lastUsedAt }: BrowserSession): Promise<void> {
    const now = databaseTime();
    const unlessAfter = new Date(now.getTime() - USE_NOTED_EVERY_MS);
    if (lastUsedAt > unlessAfter) return;
    await this.repository.noteUse(id, now, unlessAfter).catch((error: unknown) => this.warn(error));
    await this.cache.forget('permissions', `session:${id}`);
  }

  async create({ userId, apiKey, browser }: NewSession): Promise<IssuedSession> {
    const id = uuidv7();
    const secret = newSecret(id);
    const now = databaseTime();
    const latest = now.getTime() + this.settings.maxMs;
    const session: BrowserSession = {
      id,
      userId,
      apiKeyId: apiKey?.id ?? null,
      secretHash: hashOf(secret),
      previousHash: null,
      previousUntil: null,
      rotatedAt: now,
      browser: Array.from(browser).slice(0, BROWSER_LENGTH).join(''),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(Math.min(latest, apiKey?.expiresAt?.getTime() ?? latest)),
    };
    try {
      if (!(await this.repository.insert(session))) throw new AppError('INVALID_TOKEN');
    } catch (error) {
      // The account was deleted meanwhile.
      throw isForeignKeyViolation(error) ? new AppError('INVALID_TOKEN') : error;
    }
    for (const surplus of await this.repository.deleteSurplus(userId, SESSIONS_PER_USER)) await this.forget(surplus);
    return { session, secret };
  }

  async list(userId: number, currentId: string | null, query: PagingQuery): Promise<UserSessionDtoPagingResult> {
    const options = listOptions(query, ORDERS, { field: 'lastUsedAt', direction: 'DESC' });
    const [sessions, total] = await this.repository.list(userId, this.livingAt(), options);
    const items = sessions.map((session) => mapUserSession(session, currentId, this.settings.idleMs));
    return pagingResult(query, items, total);
  }

  /** Ends a session of the user; those of others are not found. */
  async end(userId: number, id: string): Promise<void> {
    if (!(await this.repository.delete(userId, id))) throw notFound('The session');
    await this.forget(id);
  }

  private async forget(id: string): Promise<void> {
    await this.cache.forget('permissions', `session:${id}`);
    this.events.emit('session.ended', { sessionId: id } satisfies AppEvents['session.ended']);
  }

  private async renew(session: BrowserSession, hash: string): Promise<string | null> {
    const { id, secretHash, previousHash, previousUntil } = session;
    const now = databaseTime().getTime();
    const ageMs = now - session.rotatedAt.getTime();
    const isCurrent = hash === secretHash;
    if (isCurrent && previousHash !== null && previousUntil === null) {
      await this.repository.confirm(id, secretHash, new Date(now + OVERLAP_MS));
      await this.cache.forget('permissions', `session:${id}`);
    }
    // A browser that still sends the secret before, and has never sent the new one, did not get the answer that brought it.
    const isDue = isCurrent ? ageMs >= this.settings.rotateMs : previousUntil === null && ageMs >= OVERLAP_MS;
    if (!isDue) return null;
    const secret = newSecret(id);
    const changes = { secretHash: hashOf(secret), previousHash: hash, previousUntil: null, rotatedAt: new Date(now) };
    if (!(await this.repository.rotate(id, secretHash, changes))) return null;
    await this.cache.forget('permissions', `session:${id}`);
    return secret;
  }

  private warn(error: unknown): null {
    this.logger.warn({ err: error }, 'The use of a session was not noted');
    return null;
  }

  private livingAt(): LivingAt {
    const now = databaseTime();
    return { now, usedAfter: new Date(now.getTime() - this.settings.idleMs) };
  }

  private async purge(): Promise<void> {
    await this.repository.deleteEnded(this.livingAt());
  }
}

const ended = (): AppError => new AppError('INVALID_TOKEN', { detail: 'The session has ended.' });
const newSecret = (id: string): string => `${id}.${randomBytes(32).toString('base64url')}`;
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function isSecretOf({ secretHash, previousHash, previousUntil }: BrowserSession, secret: string): boolean {
  const hash = hashOf(secret);
  if (hash === secretHash) return true;
  return hash === previousHash && (previousUntil === null || previousUntil.getTime() > databaseTime().getTime());
}

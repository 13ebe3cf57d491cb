import { AppError, notFound, ROLES, type Role, type UserPrincipal } from '@app/common';
import { isDuplicate, type User } from '@app/database';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { CacheService } from '../cache/index.js';
import type { AppEvents } from '../events.js';
import { DeletedSubjectsRepository } from './deleted-subjects.repository.js';
import { normalizeLogin } from './login.js';
import { mapCurrentUser, type CurrentUserDto, type UpdateUserRequestDto } from './user.dto.js';
import { UserSystemMessagesRepository } from './system-messages/user-system-messages.repository.js';
import { BUILT_IN, UsersRepository, type NewUser, type UserSettings } from './users.repository.js';

/** How long a change made on another instance may go unnoticed when nothing tells of it. */
export const PRINCIPAL_TTL_MS = 2500;

/** The subject of a valid token of a trusted issuer. */
export interface ExternalIdentity {
  /** `issuer|subject`. */
  subject: string;
  login: string;
  displayName: string;
  roles: Role[];
}

/** What every account starts with. */
export const newUser = (login: string, displayName: string, roles: readonly Role[]): NewUser => ({
  login,
  subject: null,
  displayName,
  roles: completeRoles(roles),
  termsAcceptedAt: null,
  isKeepChatHistory: true,
  keepChatHistoryForDays: 0,
  isKeepFavoritesForever: true,
  createdAt: new Date(),
});

/** In one order; every account is a `user`. */
export const completeRoles = (roles: readonly Role[]): Role[] =>
  ROLES.filter((role) => role === 'user' || roles.includes(role));

@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly deleted: DeletedSubjectsRepository,
    private readonly messages: UserSystemMessagesRepository,
    private readonly cache: CacheService,
    private readonly events: EventEmitter2,
  ) {}

  /** The account as callers are known by, or null when it is gone. Remembered for at most two and a half seconds. */
  getPrincipal(userId: number): Promise<UserPrincipal | null> {
    return this.cache.remember('permissions', `user:${userId}`, PRINCIPAL_TTL_MS, async () => {
      const user = await this.users.find(userId);
      return user === null ? null : mapPrincipal(user);
    });
  }

  /**
   * The account of an issuer's subject, created when the subject is seen for the first time, with the roles that the token names. An account that exists under the same login is never taken over, and one that was deleted does not
   * come back until an administrator lets its owner in again.
   */
  async getExternalPrincipal(identity: ExternalIdentity): Promise<UserPrincipal> {
    const known = await this.findExternalPrincipal(identity);
    // Deleted a moment ago, or let in again.
    const principal = known ?? (await this.findExternalPrincipal(identity));
    if (principal === null) throw new AppError('INVALID_TOKEN');
    const roles = completeRoles(identity.roles);
    if (roles.join() === principal.roles.join()) return principal;
    await this.users.replaceRoles(principal.userId, roles);
    await this.tellChange(principal.userId);
    return { ...principal, roles };
  }

  /** The account of the server itself under which it acts for people who need none. Made when it is first asked for. */
  getBuiltInPrincipal(identity: Omit<ExternalIdentity, 'subject'>): Promise<UserPrincipal> {
    return this.getExternalPrincipal({ ...identity, subject: BUILT_IN + identity.login });
  }

  async getCurrentUser({ userId }: UserPrincipal): Promise<CurrentUserDto> {
    return mapCurrentUser(await this.getUser(userId));
  }

  /** Changes the given settings and leaves the others. */
  async updateCurrentUser({ userId }: UserPrincipal, dto: UpdateUserRequestDto): Promise<void> {
    const settings: Partial<UserSettings> = {};
    if (typeof dto.isKeepChatHistory === 'boolean') settings.isKeepChatHistory = dto.isKeepChatHistory;
    if (typeof dto.keepChatHistoryForDays === 'number') settings.keepChatHistoryForDays = dto.keepChatHistoryForDays;
    if (typeof dto.isKeepFavoritesForever === 'boolean') settings.isKeepFavoritesForever = dto.isKeepFavoritesForever;
    if (Object.keys(settings).length === 0) return;
    await this.users.updateSettings(userId, settings);
    await this.tellChange(userId);
  }

  async acceptTerms({ userId }: UserPrincipal): Promise<void> {
    await this.users.acceptTerms(userId, new Date());
    await this.tellChange(userId);
  }

  /** A system message of the user; those of others are not found. */
  async getSystemMessage(
    { userId }: UserPrincipal,
    id: string,
  ): Promise<{ id: string; displayName: string; systemMessage: string }> {
    const message = await this.messages.findOwned(userId, id);
    if (message === null) throw notFound('The system message');
    return { id: message.id, displayName: message.displayName, systemMessage: message.systemMessage };
  }

  /** To be called after every write to an account: forgets what is remembered of it and tells the others. */
  async tellChange(userId: number): Promise<void> {
    await this.cache.forget('permissions', `user:${userId}`);
    this.events.emit('user.changed', { userId } satisfies AppEvents['user.changed']);
  }

  private async getUser(userId: number): Promise<User> {
    const user = await this.users.find(userId);
    if (user === null) throw notFound('The user');
    return user;
  }

  private async findExternalPrincipal(identity: ExternalIdentity): Promise<UserPrincipal | null> {
    const key = `subject:${identity.subject}`;
    const userId = await this.cache.remember('permissions', key, PRINCIPAL_TTL_MS, () => this.findOrCreate(identity));
    const principal = await this.getPrincipal(userId);
    if (principal === null) await this.cache.forget('permissions', key);
    return principal;
  }

  private async findOrCreate(identity: ExternalIdentity): Promise<number> {
    const known = await this.users.findBySubject(identity.subject);
    if (known !== null) return known.id;
    const deletedId = await this.deleted.findUserId(identity.subject);
    if (deletedId !== null) throw accountDeleted(deletedId);
    const login = normalizeLogin(identity.login);
    if (login === null) throw new AppError('INVALID_TOKEN', { detail: 'The token names no usable login.' });
    const user = { ...newUser(login, identity.displayName, identity.roles), subject: identity.subject };
    try {
      return (await this.users.insert(user)).id;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      // Another request may have created the account at the same moment.
      const winner = await this.users.findBySubject(identity.subject);
      if (winner !== null) return winner.id;
      throw new AppError('INVALID_TOKEN', { detail: 'The login of this token belongs to another account.' });
    }
  }
}

const accountDeleted = (userId: number): AppError =>
  new AppError('INVALID_TOKEN', {
    detail: `The account ${userId} was deleted. An administrator can let its owner in again.`,
  });

const mapPrincipal = (user: User): UserPrincipal => ({
  kind: 'user',
  userId: user.id,
  login: user.login,
  displayName: user.displayName,
  roles: user.roles,
  isTermsAccepted: user.termsAcceptedAt !== null,
});

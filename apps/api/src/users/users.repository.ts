import type { ListOptions, Role } from '@app/common';
import { ApiKey, dialectOf, fromSqlJson, placeholders, User, findPage } from '@app/database';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Like, type EntityManager, type Repository } from 'typeorm';
import { rememberDeleted } from './deleted-subjects.repository.js';

export type UserOrder = 'userId' | 'login' | 'displayName' | 'createdAt';
export type NewUser = Omit<User, 'id'>;
export type UserSettings = Pick<User, 'isKeepChatHistory' | 'keepChatHistoryForDays' | 'isKeepFavoritesForever'>;
/** What became of a change that must leave an administrator. */
export type AccountChange = 'done' | 'missing' | 'last-admin';

/** Begins the subjects of accounts under which the server itself acts. */
export const BUILT_IN = 'built-in|';

const ORDER_COLUMN: Record<UserOrder, string> = {
  userId: 'user.id',
  login: 'user.login',
  displayName: 'user.displayName',
  createdAt: 'user.createdAt',
};
/** Role names are the code's own, so the stored list can be searched as text. */
const HAS_ADMIN_ROLE = '%"admin"%';

@Injectable()
export class UsersRepository {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  list(options: ListOptions<UserOrder>): Promise<[User[], number]> {
    const query = this.users.createQueryBuilder('user');
    return findPage(query, options, {
      searched: ['user.login', 'user.displayName'],
      orderedBy: ORDER_COLUMN[options.orderBy.field],
    });
  }

  find(id: number): Promise<User | null> {
    return this.users.findOneBy({ id });
  }

  /** The database may compare more loosely than we do (accents, trailing spaces). */
  async findBySubject(subject: string): Promise<User | null> {
    const user = await this.users.findOneBy({ subject });
    return user?.subject === subject ? user : null;
  }

  /** The oldest administrator, preferably one that no OIDC issuer can demote. */
  async findFirstAdmin(): Promise<User | null> {
    const admins = await this.users.find({ where: { roles: Like(HAS_ADMIN_ROLE) as never }, order: { id: 'ASC' } });
    return admins.find(({ subject }) => subject === null) ?? admins[0] ?? null;
  }

  /** Throws a duplicate error when login or subject are taken. */
  async insert(user: NewUser): Promise<User> {
    const { identifiers } = await this.users.insert({ ...user });
    return { ...user, id: (identifiers[0] as { id: number }).id };
  }

  /** An account and its key, if it gets one: both or none. Throws a duplicate error when the login or the key are taken. */
  async insertWithKey(user: NewUser, key: Omit<ApiKey, 'userId'> | null): Promise<number> {
    return this.users.manager.transaction(async (tx) => {
      const { identifiers } = await tx.insert(User, { ...user });
      const userId = (identifiers[0] as { id: number }).id;
      if (key !== null) await tx.insert(ApiKey, { ...key, userId });
      return userId;
    });
  }

  async updateSettings(id: number, settings: Partial<UserSettings>): Promise<void> {
    await this.users.update({ id }, settings);
  }

  /** The first acceptance counts. */
  async acceptTerms(id: number, at: Date): Promise<void> {
    await this.users
      .createQueryBuilder()
      .update()
      .set({ termsAcceptedAt: at })
      .where('id = :id AND termsAcceptedAt IS NULL', { id })
      .execute();
  }

  /** What an identity provider says holds even for the last administrator. */
  async replaceRoles(id: number, roles: Role[]): Promise<void> {
    await this.users.update({ id }, { roles });
  }

  async updateAccount(id: number, changes: { displayName?: string; roles?: Role[] }): Promise<AccountChange> {
    const staysAdmin = changes.roles === undefined || changes.roles.includes('admin');
    return this.users.manager.transaction(async (tx) => {
      if (!(await tx.existsBy(User, { id }))) return 'missing';
      if (!staysAdmin && !(await this.leavesAnAdmin(tx, id))) return 'last-admin';
      if (Object.keys(changes).length > 0) await tx.update(User, { id }, changes);
      return 'done';
    });
  }

  /** Foreign keys delete what belongs to the user. A deleted subject of an issuer gets no new account by its next token. */
  async delete(id: number): Promise<AccountChange> {
    return this.users.manager.transaction(async (tx) => {
      const user = await tx.findOneBy(User, { id });
      if (user === null) return 'missing';
      if (!(await this.leavesAnAdmin(tx, id))) return 'last-admin';
      if (user.subject !== null && !user.subject.startsWith(BUILT_IN)) await rememberDeleted(tx, user.subject, id);
      await tx.delete(User, { id });
      return 'done';
    });
  }

  /**
   * Whether an administrator remains without this user. All of them stay locked until the transaction ends: two that demote each
   * other at the same time must not both succeed.
   */
  private async leavesAnAdmin(tx: EntityManager, id: number): Promise<boolean> {
    const admins = await tx.query<{ id: number }[]>('SELECT id FROM users WHERE roles LIKE ?', [HAS_ADMIN_ROLE]);
    if (!admins.some((admin) => admin.id === id)) return true;
    const locked = await tx.query<{ id: number; roles: string }[]>(
      `SELECT id, roles FROM users WHERE id IN (${placeholders(admins.length)}) ORDER BY id${dialectOf(tx.connection).forUpdate}`,
      admins.map((admin) => admin.id),
    );
    return locked.some((admin) => admin.id !== id && fromSqlJson<Role[]>(admin.roles).includes('admin'));
  }
}

import { AppError, listOptions, notFound, pagingResult, type PagingQuery, type PagingResult } from '@app/common';
import { isDuplicate } from '@app/database';
import { Injectable } from '@nestjs/common';
import {
  mapAdminUser,
  type AdminCreateUserRequestDto,
  type AdminGetUserResponseDto,
  type AdminUpdateUserRequestDto,
} from './admin-user.dto.js';
import { DeletedSubjectsRepository } from '../deleted-subjects.repository.js';
import { normalizeLogin } from '../login.js';
import { UsersRepository, type AccountChange, type UserOrder } from '../users.repository.js';
import { completeRoles, newUser, UsersService } from '../users.service.js';

const ORDERS: readonly UserOrder[] = ['userId', 'login', 'displayName', 'createdAt'];

/** Accounts as administrators see them. One administrator always remains. */
@Injectable()
export class AdminUsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly deleted: DeletedSubjectsRepository,
    private readonly principals: UsersService,
  ) {}

  async list(query: PagingQuery): Promise<PagingResult<AdminGetUserResponseDto>> {
    const [users, total] = await this.users.list(listOptions(query, ORDERS, { field: 'login', direction: 'ASC' }));
    return pagingResult(query, users.map(mapAdminUser), total);
  }

  async get(userId: number): Promise<AdminGetUserResponseDto> {
    const user = await this.users.find(userId);
    if (user === null) throw notFound('The user');
    return mapAdminUser(user);
  }

  async create(dto: AdminCreateUserRequestDto): Promise<AdminGetUserResponseDto> {
    const login = normalizeLogin(dto.login);
    if (login === null) {
      const message = 'login must not contain control characters';
      throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'login', message }] });
    }
    try {
      return mapAdminUser(await this.users.insert(newUser(login, dto.displayName?.trim() ?? login, dto.roles)));
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw new AppError('CONFLICT', { detail: 'This login is already in use.' });
    }
  }

  async update(userId: number, { displayName, roles }: AdminUpdateUserRequestDto): Promise<void> {
    const change = await this.users.updateAccount(userId, {
      ...(displayName && { displayName: displayName.trim() }),
      ...(roles && { roles: completeRoles(roles) }),
    });
    await this.conclude(userId, change);
  }

  /** The user's chats, keys and system messages go as well. Its owner is let in by no issuer's token before {@link readmit}. */
  async delete(userId: number): Promise<void> {
    await this.conclude(userId, await this.users.delete(userId));
  }

  /** The owner of the deleted account gets a new one with the issuer's next token. */
  async readmit(userId: number): Promise<void> {
    if (!(await this.deleted.delete(userId))) throw notFound('The deleted account');
  }

  private async conclude(userId: number, change: AccountChange): Promise<void> {
    switch (change) {
      case 'missing':
        throw notFound('The user');
      case 'last-admin':
        throw new AppError('CONFLICT', { detail: 'This is the last administrator.' });
      case 'done':
        return this.principals.tellChange(userId);
    }
  }
}

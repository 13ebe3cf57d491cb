import { AppError, listOptions, notFound, pagingResult } from '@app/common';
import type { PagingQuery, PagingResult, UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import {
  mapUserSystemMessage,
  mapUserSystemMessageItem,
  type GetUserSystemMessageCountResponseDto,
  type GetUserSystemMessageResponseDto,
  type GetUserSystemMessagesResponseItemDto,
  type UpdateUserSystemMessageRequestDto,
} from './user-system-message.dto.js';
import { UserSystemMessagesRepository, type UserSystemMessageOrder } from './user-system-messages.repository.js';
import { UsersService } from '../users.service.js';

const MESSAGES_PER_USER = 200;
const ORDERS: readonly UserSystemMessageOrder[] = ['displayName', 'createdAt', 'updatedAt'];

/** The system prompts that users save for themselves. Each user sees only their own. */
@Injectable()
export class UserSystemMessagesService {
  constructor(
    private readonly messages: UserSystemMessagesRepository,
    private readonly users: UsersService,
  ) {}

  async list(
    { userId }: UserPrincipal,
    query: PagingQuery,
  ): Promise<PagingResult<GetUserSystemMessagesResponseItemDto>> {
    const options = listOptions(query, ORDERS, { field: 'displayName', direction: 'ASC' });
    const [messages, total] = await this.messages.list(userId, options);
    return pagingResult(query, messages.map(mapUserSystemMessageItem), total);
  }

  async count({ userId }: UserPrincipal): Promise<GetUserSystemMessageCountResponseDto> {
    return { systemMessageCount: await this.messages.count(userId) };
  }

  async get(user: UserPrincipal, id: string): Promise<GetUserSystemMessageResponseDto> {
    return mapUserSystemMessage(await this.users.getSystemMessage(user, id));
  }

  /** Returns the id of the new message. */
  async create({ userId }: UserPrincipal, dto: UpdateUserSystemMessageRequestDto): Promise<string> {
    const now = new Date();
    const message = {
      id: uuidv7(),
      userId,
      displayName: dto.displayName.trim(),
      systemMessage: dto.systemMessage,
      createdAt: now,
      updatedAt: now,
    };
    switch (await this.messages.insert(message, MESSAGES_PER_USER)) {
      case 'no-user':
        throw notFound('The user');
      case 'too-many':
        throw new AppError('CONFLICT', { detail: `A user has at most ${MESSAGES_PER_USER} system messages.` });
      case 'done':
        return message.id;
    }
  }

  async update(user: UserPrincipal, id: string, dto: UpdateUserSystemMessageRequestDto): Promise<void> {
    await this.users.getSystemMessage(user, id);
    await this.messages.update(user.userId, id, dto.displayName.trim(), dto.systemMessage, new Date());
  }

  /** Chats that use it go on without it. */
  async delete({ userId }: UserPrincipal, id: string): Promise<void> {
    if (!(await this.messages.delete(userId, id))) throw notFound('The system message');
  }
}

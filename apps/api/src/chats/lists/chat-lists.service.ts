import { listOptions, pagingResult, type Language, type PagingQuery, type UserPrincipal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { UsersService } from '../../users/index.js';
import { mapChatSummary, type GetChatsResponseItemDtoPagingResult } from '../chat/chat.dto.js';
import { CHAT_ORDER_FIELDS, ChatListsRepository, type ChatFilter } from './chat-lists.repository.js';

const CACHED_TOTALS = 10_000;
/** The longest time for which a cached total can be wrong, should a write have bypassed the version. */
const TOTAL_TTL_MS = 60_000;

interface Total {
  version: number;
  until: number;
  total: number;
}

/** The lists of a user's own chats, without those made in administration. */
@Injectable()
export class ChatListsService {
  private readonly totals = new Map<string, Total>();

  constructor(
    private readonly lists: ChatListsRepository,
    private readonly users: UsersService,
  ) {}

  /** Throws 404 for the system message of another user. */
  async getUserChats(
    user: UserPrincipal,
    filter: ChatFilter,
    query: PagingQuery,
    language: Language,
  ): Promise<GetChatsResponseItemDtoPagingResult> {
    if (filter.userSystemMessageId !== null) await this.users.getSystemMessage(user, filter.userSystemMessageId);
    const options = listOptions(query, CHAT_ORDER_FIELDS, { field: 'lastAccessedUtc', direction: 'DESC' });
    const [chats, total] = await Promise.all([
      this.lists.findPage(user.userId, filter, options),
      this.total(user.userId, filter, options.search),
    ]);
    return pagingResult(
      query,
      chats.map((chat) => mapChatSummary(chat, language)),
      total,
    );
  }

  /** Counting takes time in proportion to the chats, so a total is cached until the user's chats change. */
  private async total(userId: number, filter: ChatFilter, search: string | null): Promise<number> {
    // Names change, and system messages are detached, without a new version.
    if (search !== null || filter.userSystemMessageId !== null) return this.lists.count(userId, filter, search);
    const key = `${userId}/${filter.botId ?? ''}/${filter.onlyFavorites}`;
    const known = this.totals.get(key);
    const version = await this.lists.findVersion(userId);
    if (known?.version === version && performance.now() < known.until) return known.total;
    const total = await this.lists.count(userId, filter, null);
    this.totals.delete(key);
    this.totals.set(key, { version, until: performance.now() + TOTAL_TTL_MS, total });
    if (this.totals.size > CACHED_TOTALS) this.totals.delete(this.totals.keys().next().value!);
    return total;
  }
}

import { AppError, GUEST_NAME, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ChatLooks } from '../../chats/index.js';
import { agentOf } from '../commands/agent.js';
import { QueueRepository, type LastMessage } from '../queue/queue.repository.js';
import type { AllChatsDto, AllChatsFilter, AllChatsQuery, LatestMessageDto, ListedChatDto } from './all-chats.dto.js';
import { AllChatsRepository, type ChatPlace, type ChatsFilter, type ListedChat } from './all-chats.repository.js';

const PREVIEW_LENGTH = 200;
/** Chats that are looked at in one statement, which an embedded database does in one piece. */
const CANDIDATES_A_STATEMENT = 200;
/** For one page. What is beyond comes with the next one. */
const CANDIDATES_A_PAGE = 2000;
const EXPORTED_AT_ONCE = 200;

interface FoundPlaces {
  places: ChatPlace[];
  /** Where to go on; null at the end. */
  next: ChatPlace | null;
}

/** Every chat that an agent may see, by filters. Agents serve all bots; administrators are written down when they export. */
@Injectable()
export class AllChatsService {
  constructor(
    private readonly chats: AllChatsRepository,
    private readonly queue: QueueRepository,
    private readonly looks: ChatLooks,
  ) {}

  async list(caller: Principal, query: AllChatsQuery): Promise<AllChatsDto> {
    const { id: agentId } = agentOf(caller);
    const { places, next } = await this.find(filterOf(query), placeOf(query.Cursor), query.Limit);
    return { items: await this.describe(places, agentId), nextCursor: next && cursorOf(next) };
  }

  /** Exactly what the filters keep, in pieces: the next one is read when the one before has been sent. */
  async export(caller: Principal, query: AllChatsFilter): Promise<AsyncGenerator<ListedChatDto[]>> {
    const { id: agentId } = agentOf(caller);
    const filter = filterOf(query);
    await this.looks.noteExport(caller, Object.keys(query));
    return this.exportPieces(filter, agentId);
  }

  private async *exportPieces(filter: ChatsFilter, agentId: number): AsyncGenerator<ListedChatDto[]> {
    let after: ChatPlace | null = null;
    do {
      const { places, next }: FoundPlaces = await this.find(filter, after, EXPORTED_AT_ONCE);
      if (places.length > 0) yield await this.describe(places, agentId);
      after = next;
    } while (after !== null);
  }

  /** The next chats that pass, as long as not too many were looked at. */
  private async find(filter: ChatsFilter, from: ChatPlace | null, limit: number): Promise<FoundPlaces> {
    const places: ChatPlace[] = [];
    let after = from;
    for (let seen = 0; seen < CANDIDATES_A_PAGE; seen += CANDIDATES_A_STATEMENT) {
      const candidates = await this.chats.findCandidates(filter, after, CANDIDATES_A_STATEMENT);
      const passing = await this.chats.findPassing(
        filter,
        candidates.map(({ id }) => id),
      );
      for (const place of candidates) {
        if (passing.has(place.id)) places.push(place);
        after = place;
        // The chat after the last one of a page is not looked for: the next page may be empty.
        if (places.length === limit) return { places, next: after };
      }
      if (candidates.length < CANDIDATES_A_STATEMENT) return { places, next: null };
      await nextTurn();
    }
    return { places, next: after };
  }

  private async describe(places: ChatPlace[], agentId: number): Promise<ListedChatDto[]> {
    const ids = places.map(({ id }) => id);
    const [chats, messages, tags] = await Promise.all([
      this.chats.findChats(ids, agentId),
      this.queue.findLastMessages(ids),
      this.chats.findTags(ids),
    ]);
    const unnamed = ids.filter((id) => chats.get(id)?.customerName === null);
    const visitors = await this.queue.findVisitorNames(unnamed);
    const newest = new Map(messages.map((message) => [message.chatId, message]));
    return ids.flatMap((id) => {
      const chat = chats.get(id);
      // Deleted a moment ago.
      if (chat === undefined) return [];
      const customerName = chat.customerName ?? visitors.get(id) ?? GUEST_NAME;
      return [mapChat(chat, customerName, newest.get(id), tags.get(id) ?? [])];
    });
  }
}

const mapChat = (
  chat: ListedChat,
  customerName: string,
  message: LastMessage | undefined,
  tags: string[],
): ListedChatDto => ({
  chatId: chat.id,
  title: chat.displayName,
  customerName,
  bot: { id: chat.botId, name: chat.botName },
  channel: chat.channel,
  owner: chat.owner,
  agent: chat.agent,
  epoch: chat.epoch,
  waitingSince: chat.waitingSince?.toISOString() ?? null,
  lastMessage: mapMessage(message),
  lastSeq: chat.lastSeq,
  readSeq: chat.readSeq,
  tags,
  createdAt: chat.createdAt.toISOString(),
  lastActivityAt: chat.lastAccessedAt.toISOString(),
});

function mapMessage(message: LastMessage | undefined): LatestMessageDto | null {
  if (message === undefined) return null;
  const text = message.text.slice(0, PREVIEW_LENGTH).toWellFormed();
  return { text, senderType: message.author, createdAt: message.at.toISOString() };
}

function filterOf(query: AllChatsFilter): ChatsFilter {
  const time = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));
  const search = query.SearchFor?.trim() ?? '';
  return {
    owners: query.Owner === undefined ? null : [...new Set(query.Owner)],
    botId: query.BotId ?? null,
    agentId: query.AgentId ?? null,
    channel: query.Channel ?? null,
    voteId: query.Vote ?? null,
    hasError: query.HasError ?? null,
    hasNote: query.HasNote ?? null,
    tag: query.Tag ?? null,
    from: time(query.From),
    to: time(query.To),
    search: search === '' ? null : search,
  };
}

const cursorOf = ({ at, id }: ChatPlace): string => Buffer.from(`${at.getTime()}.${id}`).toString('base64url');

function placeOf(cursor: string | undefined): ChatPlace | null {
  if (cursor === undefined) return null;
  const [, time, id] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time !== undefined && id !== undefined) return { at: new Date(Number(time)), id };
  throw new AppError('VALIDATION_FAILED', {
    errors: [{ path: 'Cursor', message: 'Cursor must be nextCursor of a page' }],
  });
}

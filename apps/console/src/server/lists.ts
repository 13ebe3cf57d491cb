import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { ChatOwner, ListedChatDto, QueueItemDto } from '@baton/client';
import { baton } from './baton.js';

/** The lists of the desk. */
export const LISTS = ['waiting', 'mine', 'colleagues', 'bot', 'closed'] as const;
export type ListName = (typeof LISTS)[number];
export const isListName = (name: string): name is ListName => (LISTS as readonly string[]).includes(name);

/** A chat as a row of a list. */
export interface ChatItem {
  chatId: string;
  title: string;
  customer: string;
  bot: string;
  channel: string;
  owner: ChatOwner;
  agent: { id: number; name: string } | null;
  waitingSince: string | null;
  lastMessage: { author: string; text: string; at: string } | null;
  activeAt: string;
  lastSeq: number;
  readSeq: number;
  tags: readonly string[];
}

export interface ChatPage {
  items: readonly ChatItem[];
  next: string | null;
}

const PAGE = 100;

export const listQuery = (list: ListName, me: number, search: string) =>
  infiniteQueryOptions({
    queryKey: ['list', list, search],
    queryFn: ({ pageParam }) => readList(list, me, search, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // What is pushed comes at once; this is for what is not pushed.
    refetchInterval: list === 'bot' || list === 'closed' ? 15_000 : 30_000,
    staleTime: 2000,
  });

/** How many chats wait, and how many agents have claimed. */
export const countsQuery = (me: number) =>
  queryOptions({
    queryKey: ['counts'],
    queryFn: async () => {
      const count = async (query: object): Promise<number> =>
        (await baton.getTakeoverQueue({ query: { PageSize: 1, ...query } })).totalItemCount;
      const [waiting, held, mine] = await Promise.all([
        count({ Owner: 'requested' }),
        count({ Owner: 'human' }),
        count({ Owner: 'human', AgentId: me }),
      ]);
      return { waiting, mine, colleagues: held - mine };
    },
    refetchInterval: 30_000,
    staleTime: 1000,
  });

async function readList(list: ListName, me: number, search: string, cursor: string | null): Promise<ChatPage> {
  if (list === 'bot' || list === 'closed') return readAll(list, search, cursor);
  const page = await baton.getTakeoverQueue({
    query: {
      Owner: list === 'waiting' ? 'requested' : 'human',
      ...(list === 'mine' && { AgentId: me }),
      ...(search !== '' && { SearchFor: search }),
      PageSize: PAGE,
      PageNumber: cursor === null ? 1 : Number(cursor),
    },
  });
  const items = page.items.map(itemOf).filter(({ agent }) => list !== 'colleagues' || agent?.id !== me);
  return { items, next: page.hasNext ? String(page.pageNumber + 1) : null };
}

/** Chats in which no customer waits for an agent, the newest activity first. */
async function readAll(owner: 'bot' | 'closed', search: string, cursor: string | null): Promise<ChatPage> {
  const { items, nextCursor } = await baton.getAllChats({
    query: {
      Owner: [owner],
      Limit: PAGE,
      ...(search !== '' && { SearchFor: search }),
      ...(cursor !== null && { Cursor: cursor }),
    },
  });
  return { items: items.map(listedOf), next: nextCursor };
}

const listedOf = ({ customerName, bot, lastMessage, lastActivityAt, ...chat }: ListedChatDto): ChatItem => ({
  ...chat,
  customer: customerName,
  bot: bot.name,
  lastMessage: lastMessage && { author: lastMessage.senderType, text: lastMessage.text, at: lastMessage.createdAt },
  activeAt: lastActivityAt,
});

const itemOf = (chat: QueueItemDto): ChatItem => ({
  chatId: chat.chatId,
  title: chat.displayName,
  customer: chat.customerName,
  bot: chat.botDisplayName,
  channel: '',
  owner: chat.owner,
  agent: chat.agent,
  waitingSince: chat.waitingSeconds === null ? null : new Date(Date.now() - chat.waitingSeconds * 1000).toISOString(),
  lastMessage: chat.lastMessage && { ...chat.lastMessage },
  activeAt: chat.lastMessage?.at ?? chat.lastAccessedUtc,
  lastSeq: 0,
  readSeq: 0,
  tags: [],
});

import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { EMPTY, type Conversation } from '../chat/conversation.js';
import { useDesk } from '../live/desk-context.js';
import { conversationKey } from '../live/live-desk.js';
import { reads } from '../live/reads.js';
import { useShortcuts } from '../live/shortcuts.js';
import { useStore } from '../live/store.js';
import { LoadFailed, Placeholder } from '../parts/placeholder.js';
import { CheckIcon, SearchIcon } from '../parts/icons.js';
import { listQuery, type ChatItem, type ListName } from '../server/lists.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';
import { ChatRow } from './chat-row.js';
import style from './chat-list.module.css';
import { SearchField } from './search-field.js';
import { LIST_NAMES } from './sidebar.js';

const ROW_HEIGHT = 78;

interface ChatListProps {
  list: ListName;
  search: string;
  chatId: string | undefined;
}

export function ChatList({ list, search, chatId }: ChatListProps) {
  const { t } = useTexts();
  const { live, me } = useDesk();
  const navigate = useNavigate();
  const scroll = useRef<HTMLDivElement>(null);
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    listQuery(list, me.userId, search),
  );
  const chats = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const typists = useStore(live.typing);
  const isUnread = useUnread(chats);
  const rows = useVirtualizer({
    count: chats.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => chats[index]!.chatId,
    overscan: 8,
  });
  const shown = rows.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= chats.length - 20) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, lastShown, chats.length, fetchNextPage]);

  const step = (by: number): void => {
    const index = chats.findIndex((chat) => chat.chatId === chatId);
    const next = chats[Math.min(chats.length - 1, Math.max(0, index + by))];
    if (next === undefined) return;
    rows.scrollToIndex(chats.indexOf(next));
    void navigate({ to: '/desk/$list/$chatId', params: { list, chatId: next.chatId }, search: (all) => all });
  };
  useShortcuts({ j: () => step(1), k: () => step(-1) });

  const isEmpty = !isPending && error === null && chats.length === 0;
  return (
    <>
      <header className={style.head}>
        <h1 className={style.title}>
          {t(LIST_NAMES[list])}
          {list === 'waiting' && <span className={style.hint}>{t('longestFirst')}</span>}
        </h1>
        <SearchField list={list} search={search} />
      </header>
      <div className={style.scroll} ref={scroll} tabIndex={chats.length === 0 ? undefined : -1}>
        {isPending && Array.from({ length: 6 }, (_, index) => <div key={index} className={style.skeleton} />)}
        {error !== null && chats.length === 0 && (
          <LoadFailed text={wordsOfError(error, t)} onRetry={() => void refetch()} />
        )}
        {isEmpty && search !== '' && (
          <Placeholder icon={<SearchIcon size={22} />} title={t('nothingFound')} text={t('nothingFound.text')} />
        )}
        {isEmpty && search === '' && (
          <Placeholder icon={<CheckIcon size={22} />} title={t(`empty.${list}`)} text={t(`empty.${list}.text`)} />
        )}
        <ul className={style.rows} style={{ height: rows.getTotalSize() }} aria-label={t(LIST_NAMES[list])}>
          {shown.map(({ key, index, start }) => {
            const chat = chats[index]!;
            return (
              <li
                key={key}
                className={style.row}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={chats.length}
                aria-posinset={index + 1}
              >
                <ChatRow chat={chat} list={list} isUnread={isUnread(chat)} typist={typists[chat.chatId]} />
              </li>
            );
          })}
        </ul>
      </div>
    </>
  );
}

/** Whether the customer wrote something that was not seen in this browser, or by the server's marks anywhere. */
function useUnread(chats: readonly ChatItem[]): (chat: ChatItem) => boolean {
  const { me } = useDesk();
  const marks = useStore(reads);
  const mine = chats.filter(({ agent }) => agent?.id === me.userId);
  const conversations = useQueries({
    queries: mine.map(({ chatId }) => ({
      queryKey: conversationKey(chatId),
      queryFn: (): Conversation => EMPTY,
      enabled: false,
    })),
  });
  const lastSeqs = new Map(mine.map(({ chatId }, index) => [chatId, conversations[index]?.data?.lastCustomerSeq ?? 0]));
  return ({ chatId, readSeq }) => (lastSeqs.get(chatId) ?? 0) > Math.max(readSeq, marks[chatId] ?? 0);
}

import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { EMPTY, type Conversation } from '../chat/conversation.js';
import { countsQuery, listQuery } from '../server/lists.js';
import { useTexts } from '../texts/texts.js';
import { alertSettings } from './alert-settings.js';
import { useDesk } from './desk-context.js';
import { conversationKey } from './live-desk.js';
import { reads } from './reads.js';
import { playSign } from './sounds.js';
import { useStore } from './store.js';

const NAME = 'Baton';

/** Sees to it that nothing is missed: follows the chats that one has, makes a sound, notifies, and counts in the title. Shows nothing. */
export function Alerts() {
  const { t } = useTexts();
  const { live, me } = useDesk();
  const navigate = useNavigate();
  const { data: counts } = useQuery(countsQuery(me.userId));
  const { data: mine } = useInfiniteQuery(listQuery('mine', me.userId, ''));
  const ids = mine?.pages.flatMap(({ items }) => items.map(({ chatId }) => chatId)) ?? [];
  const joined = ids.join(' ');
  useEffect(() => {
    const leave = joined
      .split(' ')
      .filter(Boolean)
      .map((chatId) => live.follow(chatId));
    return () => leave.forEach((each) => each());
  }, [live, joined]);

  const unread = useUnreadCount(ids);
  const pressing = (counts?.waiting ?? 0) + unread;
  useEffect(() => {
    document.title = pressing > 0 ? `(${pressing}) ${NAME}` : NAME;
  }, [pressing]);

  const waiting = useRef<number | undefined>(undefined);
  useEffect(() => {
    const before = waiting.current;
    waiting.current = counts?.waiting;
    if (before === undefined || counts === undefined || counts.waiting <= before) return;
    notify(
      t('alert.waiting', { count: counts.waiting }),
      '',
      () => void navigate({ to: '/desk/$list', params: { list: 'waiting' } }),
    );
  }, [counts, navigate, t]);

  useEffect(
    () =>
      live.onNews((news) => {
        if (news.type !== 'customer-wrote' || live.conversationOf(news.chatId).agent?.id !== me.userId) return;
        const open = (): void =>
          void navigate({ to: '/desk/$list/$chatId', params: { list: 'mine', chatId: news.chatId } });
        notify(news.name, news.text.slice(0, 200), open);
      }),
    [live, me.userId, navigate],
  );
  return null;
}

function useUnreadCount(ids: readonly string[]): number {
  const marks = useStore(reads);
  const conversations = useQueries({
    queries: ids.map((chatId) => ({
      queryKey: conversationKey(chatId),
      queryFn: (): Conversation => EMPTY,
      enabled: false,
    })),
  });
  return ids.filter((chatId, index) => (conversations[index]?.data?.lastCustomerSeq ?? 0) > (marks[chatId] ?? 0))
    .length;
}

function notify(title: string, body: string, onClick: () => void): void {
  if (!alertSettings.value.hasSound) return;
  playSign();
  if (document.hasFocus() || !('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const notification = new Notification(title, { body, tag: title });
  notification.addEventListener('click', () => {
    window.focus();
    notification.close();
    onClick();
  });
}

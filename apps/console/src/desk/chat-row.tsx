import { Link } from '@tanstack/react-router';
import type { Actor } from '@baton/client';
import { useNow } from '../live/use-now.js';
import { Avatar } from '../parts/avatar.js';
import { classes } from '../parts/classes.js';
import type { ChatItem, ListName } from '../server/lists.js';
import { shortDuration, shortMoment } from '../texts/moments.js';
import { useTexts } from '../texts/texts.js';
import style from './chat-list.module.css';

const LATE_SECONDS = 300;

interface ChatRowProps {
  chat: ChatItem;
  list: ListName;
  isUnread: boolean;
  typist: Actor | undefined;
}

/** A chat in a list: who it is, what was said last, and how long the customer has been waiting. */
export function ChatRow({ chat, list, isUnread, typist }: ChatRowProps) {
  const { t, locale } = useTexts();
  const { lastMessage, agent } = chat;
  return (
    <Link
      className={classes(style.link, isUnread && style.unread)}
      to="/desk/$list/$chatId"
      params={{ list, chatId: chat.chatId }}
      search={(search) => search}
      data-chat={chat.chatId}
    >
      <span className={style.face}>
        <Avatar kind="customer" name={chat.customer} size="large" />
      </span>
      <span className={style.who}>{chat.customer}</span>
      <span className={style.time}>
        {chat.waitingSince === null ? shortMoment(chat.activeAt, locale) : <Waiting since={chat.waitingSince} />}
      </span>
      <span className={style.text}>
        {typist !== undefined && typist.kind === 'customer' ? (
          <span className={style.typing}>{t('isTyping', { name: typist.name })}</span>
        ) : (
          <>
            {list === 'colleagues' && agent !== null && <span className={style.from}>{agent.name} · </span>}
            {lastMessage === null ? chat.title : preview(lastMessage, t)}
          </>
        )}
      </span>
      {isUnread && (
        <span className={style.badge}>
          <span className="visually-hidden">{t('unread')}</span>
        </span>
      )}
    </Link>
  );
}

function preview({ author, text }: NonNullable<ChatItem['lastMessage']>, t: ReturnType<typeof useTexts>['t']) {
  const plain = text.replace(/\s+/g, ' ').trim();
  if (author === 'bot') return `${t('author.bot')}: ${plain}`;
  if (author === 'agent') return `${t('author.agent')}: ${plain}`;
  return plain;
}

function Waiting({ since }: { since: string }) {
  const { t, locale } = useTexts();
  const seconds = (useNow(5000) - Date.parse(since)) / 1000;
  const duration = shortDuration(seconds, locale);
  return (
    <span className={classes(style.waits, seconds > LATE_SECONDS && style.late)} title={t('waitsFor', { duration })}>
      <span className="visually-hidden">{t('waitsFor', { duration })}</span>
      <span aria-hidden="true">{duration}</span>
    </span>
  );
}

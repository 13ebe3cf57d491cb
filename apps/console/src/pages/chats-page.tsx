import type { ListedChatDto } from '@baton/client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import deskStyle from '../desk/desk.module.css';
import buttonStyle from '../parts/button.module.css';
import { classes } from '../parts/classes.js';
import { SearchIcon } from '../parts/icons.js';
import { LoadFailed, Loading, Placeholder } from '../parts/placeholder.js';
import { allChatsQuery, exportAddress, type ChatFilters } from '../server/all-chats.js';
import { shortMoment } from '../texts/moments.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';
import style from './chats.module.css';

const route = getRouteApi('/work/chats');
const OWNERS = ['bot', 'requested', 'human', 'closed'] as const;
const LISTS = { bot: 'bot', requested: 'waiting', human: 'colleagues', closed: 'closed' } as const;

/** Every chat, by filters that are in the address, and exactly these as a file. */
export function ChatsPage() {
  const { t } = useTexts();
  const filters = route.useSearch();
  const navigate = useNavigate();
  const change = (part: ChatFilters): void =>
    void navigate({ to: '/chats', search: { ...filters, ...part }, replace: true });
  return (
    <main className={deskStyle.wide}>
      <div className={style.page}>
        <header className={style.head}>
          <div className={style.titleRow}>
            <h1>{t('allChats')}</h1>
            {(['csv', 'jsonl'] as const).map((format) => (
              <a
                key={format}
                className={classes(buttonStyle.button, buttonStyle.plain, buttonStyle.small)}
                href={exportAddress(format, filters)}
                download
              >
                {t('export', { format: format.toUpperCase() })}
              </a>
            ))}
          </div>
          <Filters filters={filters} onChange={change} />
        </header>
        <Rows key={JSON.stringify(filters)} filters={filters} />
      </div>
    </main>
  );
}

function Filters({ filters, onChange }: { filters: ChatFilters; onChange: (part: ChatFilters) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState(filters.q ?? '');
  return (
    <form
      className={style.filters}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ q: text.trim() === '' ? undefined : text.trim() });
      }}
    >
      <input
        type="search"
        value={text}
        maxLength={200}
        dir="auto"
        aria-label={t('filter.text')}
        placeholder={t('filter.text')}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => onChange({ q: text.trim() === '' ? undefined : text.trim() })}
      />
      <select
        aria-label={t('filter.owner')}
        value={filters.owner ?? ''}
        onChange={({ target: { value } }) => onChange({ owner: OWNERS.find((owner) => owner === value) })}
      >
        <option value="">{t('filter.anyOwner')}</option>
        {OWNERS.map((owner) => (
          <option key={owner} value={owner}>
            {t(owner === 'human' ? 'filter.human' : `owner.${owner}`)}
          </option>
        ))}
      </select>
      <input
        type="date"
        aria-label={t('filter.from')}
        title={t('filter.from')}
        value={filters.from ?? ''}
        onChange={({ target: { value } }) => onChange({ from: value === '' ? undefined : value })}
      />
      <input
        type="date"
        aria-label={t('filter.to')}
        title={t('filter.to')}
        value={filters.to ?? ''}
        onChange={({ target: { value } }) => onChange({ to: value === '' ? undefined : value })}
      />
      {(['error', 'note'] as const).map((flag) => (
        <label key={flag} className={style.check}>
          <input
            type="checkbox"
            checked={filters[flag] === true}
            onChange={({ target: { checked } }) => onChange({ [flag]: checked || undefined })}
          />
          {t(`filter.${flag}`)}
        </label>
      ))}
    </form>
  );
}

function Rows({ filters }: { filters: ChatFilters }) {
  const { t } = useTexts();
  const scroll = useRef<HTMLDivElement>(null);
  const { data, error, isPending, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    allChatsQuery(filters),
  );
  const chats = data?.pages.flatMap(({ items }) => items) ?? [];
  const rows = useVirtualizer({
    count: chats.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => (matchMedia('(max-width: 719px)').matches ? 64 : 52),
    getItemKey: (index) => chats[index]!.chatId,
    overscan: 10,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= chats.length - 20) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, last, chats.length, fetchNextPage]);
  return (
    <div className={style.scroll} ref={scroll}>
      {isPending && <Loading />}
      {error !== null && chats.length === 0 && (
        <LoadFailed text={wordsOfError(error, t)} onRetry={() => void refetch()} />
      )}
      {!isPending && error === null && chats.length === 0 && !hasNextPage && (
        <Placeholder icon={<SearchIcon size={22} />} title={t('nothingFound')} text={t('nothingFound.filters')} />
      )}
      <ul className={style.rows} style={{ height: rows.getTotalSize() }} aria-label={t('allChats')}>
        {shown.map(({ key, index, start }) => (
          <li
            key={key}
            className={style.row}
            style={{ transform: `translateY(${start}px)` }}
            aria-setsize={chats.length}
            aria-posinset={index + 1}
          >
            <Row chat={chats[index]!} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ chat }: { chat: ListedChatDto }) {
  const { t, locale } = useTexts();
  const owner = chat.owner === 'human' ? (chat.agent?.name ?? t('someone')) : t(`owner.${chat.owner}`);
  return (
    <Link className={style.link} to="/desk/$list/$chatId" params={{ list: LISTS[chat.owner], chatId: chat.chatId }}>
      <span className={style.name} dir="auto">
        {chat.customerName}
      </span>
      <span className={style.quiet} dir="auto">
        {chat.lastMessage?.text ?? chat.title}
      </span>
      <span className={style.quiet} dir="auto">
        {chat.bot.name}
      </span>
      <span dir="auto">{owner}</span>
      <time className={style.quiet} dateTime={chat.lastActivityAt}>
        {shortMoment(chat.lastActivityAt, locale)}
      </time>
    </Link>
  );
}

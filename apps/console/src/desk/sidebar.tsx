import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useDesk } from '../live/desk-context.js';
import { classes } from '../parts/classes.js';
import { BotIcon, ClosedIcon, HourglassIcon, ListIcon, PeopleIcon, PersonIcon } from '../parts/icons.js';
import { countsQuery, LISTS, type ListName } from '../server/lists.js';
import { useTexts, type TextName } from '../texts/texts.js';
import { MyMenu } from './my-menu.js';
import style from './sidebar.module.css';

const ICONS: Record<ListName, ReactNode> = {
  waiting: <HourglassIcon size={18} />,
  mine: <PersonIcon size={18} />,
  colleagues: <PeopleIcon size={18} />,
  bot: <BotIcon size={18} />,
  closed: <ClosedIcon size={18} />,
};
export const LIST_NAMES = {
  waiting: 'list.waiting',
  mine: 'list.mine',
  colleagues: 'list.colleagues',
  bot: 'list.bot',
  closed: 'list.closed',
} as const satisfies Record<ListName, TextName>;

export function Sidebar() {
  const { t } = useTexts();
  const { me } = useDesk();
  const { data: counts } = useQuery(countsQuery(me.userId));
  return (
    <div className={style.sidebar}>
      <div className={style.brand}>
        <Mark />
        <span>Baton</span>
      </div>
      <nav className={style.lists} aria-label={t('lists')}>
        {LISTS.map((list) => {
          const count = counts?.[list as keyof typeof counts];
          return (
            <Link key={list} className={style.item} to="/desk/$list" params={{ list }} title={t(LIST_NAMES[list])}>
              {ICONS[list]}
              <span className={style.name}>{t(LIST_NAMES[list])}</span>
              <span className={classes(style.count, list === 'waiting' && (count ?? 0) > 0 && style.urgent)}>
                {count === undefined || count === 0 ? '' : count}
              </span>
            </Link>
          );
        })}
        <div className={style.rule} />
        <Link className={style.item} to="/chats" title={t('allChats')}>
          <ListIcon size={18} />
          <span className={style.name}>{t('allChats')}</span>
        </Link>
      </nav>
      <div className={style.foot}>
        <MyMenu />
      </div>
    </div>
  );
}

export const Mark = () => (
  <svg className={style.mark} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <rect x="1.5" y="9.6" width="21" height="4.8" rx="2.4" fill="currentColor" transform="rotate(-35 12 12)" />
    <circle cx="5" cy="5.500" r="2.600" fill="currentColor" opacity="0.55" />
    <circle cx="19" cy="18.500" r="2.600" fill="currentColor" opacity="0.55" />
  </svg>
);

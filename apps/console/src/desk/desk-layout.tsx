import { useParams, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import style from './desk.module.css';
import { LineNotice } from './line-notice.js';
import { Sidebar } from './sidebar.js';

/** What every page of those who have signed in has around it. On a phone the list or the chat is shown. */
export function DeskLayout({ children }: { children: ReactNode }) {
  const { chatId } = useParams({ strict: false });
  const isDesk = useRouterState({ select: ({ location }) => location.pathname.startsWith('/desk/') });
  return (
    <div className={style.desk} data-open={chatId !== undefined ? 'chat' : isDesk ? 'list' : 'page'}>
      <div className={style.notice}>
        <LineNotice />
      </div>
      <header className={style.side}>
        <Sidebar />
      </header>
      {children}
    </div>
  );
}

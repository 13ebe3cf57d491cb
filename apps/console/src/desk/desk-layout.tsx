import type { ReactNode } from 'react';
import style from './desk.module.css';
import { LineNotice } from './line-notice.js';
import { Sidebar } from './sidebar.js';

/** What every page of those who have signed in has around it. On a phone the list or the chat is shown. */
export const DeskLayout = ({ open, children }: { open: 'list' | 'chat' | 'page'; children: ReactNode }) => (
  <div className={style.desk} data-open={open}>
    <div className={style.notice}>
      <LineNotice />
    </div>
    <div className={style.side}>
      <Sidebar />
    </div>
    {children}
  </div>
);

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '../live/shortcuts.js';
import { SearchIcon } from '../parts/icons.js';
import type { ListName } from '../server/lists.js';
import { useTexts } from '../texts/texts.js';
import style from './chat-list.module.css';

const PAUSE_MS = 250;

/** What is searched for is in the address, a moment after it was written. */
export function SearchField({ list, search }: { list: ListName; search: string }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search);
  useEffect(() => setText(search), [search, list]);
  useEffect(() => {
    if (text.trim() === search) return;
    const timer = setTimeout(() => {
      const wanted = text.trim();
      void navigate({ to: '.', search: wanted === '' ? {} : { q: wanted }, replace: true });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, search, navigate]);
  useShortcuts({ '/': () => input.current?.focus() });
  return (
    <div className={style.search} role="search">
      <SearchIcon />
      <input
        ref={input}
        type="search"
        value={text}
        maxLength={100}
        dir="auto"
        aria-label={t('search')}
        placeholder={t('search')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          setText('');
          input.current?.blur();
        }}
      />
    </div>
  );
}

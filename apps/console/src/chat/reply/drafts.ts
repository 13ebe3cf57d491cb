import { useEffect, useState } from 'react';
import type { TextKind } from './outbox.js';

const PREFIX = 'baton.draft.';
/** More than can be sent is kept up to here, so that it can be shortened. */
const MOST = 200_000;

const nameOf = (userId: number, chatId: string, kind: TextKind): string => `${PREFIX}${userId}.${chatId}.${kind}`;

type Draft = [text: string, change: (text: string) => void];

/** What was written and not sent, kept in this browser: through a reload, another page, and the end of the session. */
export function useDraft(userId: number, chatId: string, kind: TextKind): Draft {
  const name = nameOf(userId, chatId, kind);
  const [draft, setDraft] = useState({ name, text: read(name) });
  const text = draft.name === name ? draft.text : read(name);
  useEffect(() => {
    // Another tab writes on.
    const onStorage = (event: StorageEvent): void => {
      if (event.key === name) setDraft({ name, text: event.newValue ?? '' });
    };
    addEventListener('storage', onStorage);
    return () => removeEventListener('storage', onStorage);
  }, [name]);
  const change = (next: string): void => {
    setDraft({ name, text: next });
    keep(name, next);
  };
  return [text, change];
}

function read(name: string): string {
  try {
    return localStorage.getItem(name) ?? '';
  } catch {
    return '';
  }
}

function keep(name: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(name);
    else localStorage.setItem(name, text.slice(0, MOST));
  } catch {
    // The browser keeps nothing, or no more: what is written stays in the page.
  }
}

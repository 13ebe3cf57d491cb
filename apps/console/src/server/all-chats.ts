import type { ChatOwner } from '@baton/client';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { baton, SERVER } from './baton.js';

/** As they are in the address of the page. */
export interface ChatFilters {
  q?: string | undefined;
  owner?: ChatOwner | undefined;
  from?: string | undefined;
  to?: string | undefined;
  error?: boolean | undefined;
  note?: boolean | undefined;
}

const PAGE = 100;
const OWNERS = ['bot', 'requested', 'human', 'closed'] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Of an address, only what is good. */
export function filtersOf(search: Record<string, unknown>): ChatFilters {
  const owner = OWNERS.find((each) => each === search['owner']);
  const q = typeof search['q'] === 'string' || typeof search['q'] === 'number' ? String(search['q']).slice(0, 200) : '';
  const day = (name: 'from' | 'to'): string | undefined => {
    const value = search[name];
    return typeof value === 'string' && DAY.test(value) ? value : undefined;
  };
  return {
    q: q === '' ? undefined : q,
    owner,
    from: day('from'),
    to: day('to'),
    error: search['error'] === true || undefined,
    note: search['note'] === true || undefined,
  };
}

export const allChatsQuery = (filters: ChatFilters) =>
  infiniteQueryOptions({
    queryKey: ['all-chats', filters],
    queryFn: ({ pageParam }) =>
      baton.getAllChats({
        query: { ...queryOf(filters), Limit: PAGE, ...(pageParam !== null && { Cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: 5000,
  });

/** The file of exactly the chats that the filters keep. */
export function exportAddress(format: 'csv' | 'jsonl', filters: ChatFilters): string {
  const address = new URL(`api/takeover/chats/export.${format}`, SERVER);
  for (const [name, value] of Object.entries(queryOf(filters)))
    for (const each of [value].flat()) address.searchParams.append(name, String(each));
  return address.href;
}

const queryOf = ({ q, owner, from, to, error, note }: ChatFilters) => ({
  ...(q !== undefined && { SearchFor: q }),
  ...(owner !== undefined && { Owner: [owner] }),
  ...(from !== undefined && { From: startOf(from) }),
  ...(to !== undefined && { To: startOf(to, 1) }),
  ...(error === true && { HasError: true }),
  ...(note === true && { HasNote: true }),
});

/** The beginning of a day here; with `days`, of a later one. */
function startOf(day: string, days = 0): string {
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + days);
  return start.toISOString();
}

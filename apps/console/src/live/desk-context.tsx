import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { EMPTY, type Conversation } from '../chat/conversation.js';
import type { Me } from '../server/session.js';
import { conversationKey, LiveDesk } from './live-desk.js';

interface Desk {
  live: LiveDesk;
  me: Me;
}

const DeskContext = createContext<Desk | null>(null);

/** Keeps the socket open while an agent is signed in. */
export function DeskProvider({ me, children }: { me: Me; children: ReactNode }) {
  const queries = useQueryClient();
  const [desk, setDesk] = useState<Desk | null>(null);
  const { userId } = me;
  useEffect(() => {
    const live = new LiveDesk(queries);
    setDesk({ live, me });
    return () => live.close();
    // oxlint-disable-next-line react/exhaustive-deps -- another object that says the same is no other person
  }, [queries, userId]);
  return desk === null ? null : <DeskContext value={desk}>{children}</DeskContext>;
}

export const useDesk = (): Desk => use(DeskContext)!;

/** The live log of a chat while it is looked at. */
export function useConversation(chatId: string): Conversation {
  const { live } = useDesk();
  useEffect(() => live.follow(chatId), [live, chatId]);
  const { data } = useQuery<Conversation>({
    queryKey: conversationKey(chatId),
    queryFn: () => live.conversationOf(chatId),
    enabled: false,
  });
  return data ?? EMPTY;
}

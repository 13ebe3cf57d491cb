import { queryOptions } from '@tanstack/react-query';
import { baton } from './baton.js';

/** Who owns a chat, and who its customer is. The live log keeps the owner current. */
export const chatQuery = (chatId: string) =>
  queryOptions({
    queryKey: ['chat', chatId],
    queryFn: () => baton.getTakeoverChat({ path: { chatId } }),
    staleTime: 10_000,
    retry: 1,
  });

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: async () => (await baton.getTakeoverAgents()).items,
  staleTime: 5000,
});

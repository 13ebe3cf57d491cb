import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ChatState, TakeoverChatDto } from '@baton/client';
import { useDesk } from '../live/desk-context.js';
import { showToast } from '../parts/toasts.js';
import { chatQuery } from '../server/chats.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';

export type Destination = { to: 'bot' | 'queue' } | { to: 'agent'; agentId: number };

/** What agents do with a chat. Every command carries the epoch that was looked at: of two who act at once, one is told so. */
export function useCommands(chatId: string, expectedEpoch: number) {
  const { t } = useTexts();
  const { live } = useDesk();
  const queries = useQueryClient();
  const settled = {
    onSuccess: (state: ChatState): void => {
      queries.setQueryData<TakeoverChatDto>(chatQuery(chatId).queryKey, (chat) => chat && { ...chat, ...state });
      void queries.invalidateQueries({ queryKey: ['list'] });
      void queries.invalidateQueries({ queryKey: ['counts'] });
    },
    onError: (error: unknown): void => {
      showToast(wordsOfError(error, t));
      void queries.invalidateQueries({ queryKey: chatQuery(chatId).queryKey });
    },
  };
  const where = { chatId, expectedEpoch };
  return {
    claim: useMutation({ mutationFn: () => live.client.claim(where), ...settled }),
    end: useMutation({ mutationFn: () => live.client.end(where), ...settled }),
    reopen: useMutation({ mutationFn: () => live.client.reopen(where), ...settled }),
    release: useMutation({
      mutationFn: (to: Destination) => live.client.release({ ...where, ...to }),
      ...settled,
    }),
  };
}
export type Commands = ReturnType<typeof useCommands>;

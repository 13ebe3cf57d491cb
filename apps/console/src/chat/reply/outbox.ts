import { newIdempotencyKey } from '@baton/client';
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { LiveDesk } from '../../live/live-desk.js';

export type TextKind = 'reply' | 'note' | 'whisper';

/** A text on its way. */
export interface Sending {
  id: string;
  kind: TextKind;
  text: string;
  /** The number under which it is in the log, once it is known. */
  seq: number | null;
  error: unknown;
}

const NONE: readonly Sending[] = [];
const keyOf = (chatId: string) => ['outbox', chatId] as const;

/** The texts of a chat that are not in its log yet. */
export function useOutbox(chatId: string, lastSeq: number): readonly Sending[] {
  const { data = NONE } = useQuery<readonly Sending[]>({
    queryKey: keyOf(chatId),
    queryFn: () => NONE,
    enabled: false,
    gcTime: Infinity,
  });
  return data.filter(({ seq }) => seq === null || seq > lastSeq);
}

/** Sends texts in the order in which they were written; each has a name, so that none is said twice. */
export class Outbox {
  constructor(
    private readonly queries: QueryClient,
    private readonly live: LiveDesk,
    readonly chatId: string,
  ) {}

  async send(kind: TextKind, text: string, expectedEpoch: number, id = newIdempotencyKey()): Promise<void> {
    this.put({ id, kind, text, seq: null, error: null });
    const command = { reply: this.live.client.send, note: this.live.client.note, whisper: this.live.client.whisper }[
      kind
    ];
    try {
      // Notes belong to the chat, not to its owner.
      const fence = kind === 'note' ? {} : { expectedEpoch };
      const { seq } = await command({ chatId: this.chatId, text, clientMessageId: id, ...fence });
      this.put({ id, kind, text, seq, error: null });
    } catch (error) {
      this.put({ id, kind, text, seq: null, error });
      throw error;
    }
  }

  remove(id: string): void {
    this.queries.setQueryData<readonly Sending[]>(keyOf(this.chatId), (all = NONE) =>
      all.filter((each) => each.id !== id),
    );
  }

  private put(sending: Sending): void {
    this.queries.setQueryData<readonly Sending[]>(keyOf(this.chatId), (all = NONE) => {
      const lastSeq = this.live.conversationOf(this.chatId).lastSeq;
      const others = all.filter(({ id, seq }) => id !== sending.id && (seq === null || seq > lastSeq));
      const index = all.findIndex(({ id }) => id === sending.id);
      return index === -1 ? [...others, sending] : others.toSpliced(index, 0, sending);
    });
  }
}

export function useOutboxOf(live: LiveDesk, chatId: string): Outbox {
  return new Outbox(useQueryClient(), live, chatId);
}

import type { OwnershipTransition } from '@app/contracts';

/** One change of a chat's owner. */
export interface Passage {
  chatId: string;
  transition: OwnershipTransition;
  at: Date;
}

/** What is left of a chat: null when it was deleted. */
export interface KnownChat {
  botId: string;
  /** When agents wrote, in order. */
  agentMessages: Date[];
}

export interface HandoffFigures {
  asked: number;
  waiting: number;
  answered: number;
  returned: number;
  abandoned: number;
  takenOver: number;
  /** Milliseconds from the request to the first message of a person, in order. */
  firstAnswers: number[];
}

interface Ask {
  at: Date;
  isClaimed: boolean;
}

type Outcome = 'answered' | 'returned' | 'abandoned' | 'waiting';

/** How asking for a person ends when no one has written by then. */
const ENDS: Partial<Record<OwnershipTransition, Outcome>> = { release: 'returned', end: 'abandoned' };

/** Adds up what became of requests for a person, chat by chat. Only messages of people count as an answer; the bot's time is not theirs. */
export function handoffFigures(
  passages: readonly Passage[],
  chats: ReadonlyMap<string, KnownChat>,
  until: Date,
): HandoffFigures {
  const figures = {
    asked: 0,
    waiting: 0,
    answered: 0,
    returned: 0,
    abandoned: 0,
    takenOver: 0,
    firstAnswers: [] as number[],
  };
  const asks = new Map<string, Ask>();
  const conclude = (chatId: string, ask: Ask, at: Date, otherwise: Outcome): void => {
    const chat = chats.get(chatId);
    const answer = chat?.agentMessages.find((message) => message >= ask.at && message <= at);
    const isAnswered = answer !== undefined || (chat === undefined && ask.isClaimed);
    figures[isAnswered ? 'answered' : otherwise]++;
    if (answer !== undefined) figures.firstAnswers.push(answer.getTime() - ask.at.getTime());
    asks.delete(chatId);
  };
  for (const { chatId, transition, at } of passages) {
    const ask = asks.get(chatId);
    const end = ENDS[transition];
    if (transition === 'request') {
      figures.asked++;
      asks.set(chatId, { at, isClaimed: false });
    } else if (transition === 'claim') {
      if (ask === undefined) figures.takenOver++;
      else ask.isClaimed = true;
    } else if (ask !== undefined && end !== undefined) conclude(chatId, ask, at, end);
  }
  for (const [chatId, ask] of asks) conclude(chatId, ask, until, 'waiting');
  figures.firstAnswers.sort((a, b) => a - b);
  return figures;
}

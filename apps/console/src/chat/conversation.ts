import type {
  ActorOf,
  ChatEventData,
  ChatEventEnvelope,
  ChatOwner,
  MessageDelta,
  OwnershipReason,
  ToolOutcome,
} from './events.js';

interface Line {
  id: string;
  /** The number of the event that the line stands for; 0 when only deltas of it have arrived. */
  seq: number;
  at: string;
}

/** Something that was said to the customer or by the customer. */
export interface Message extends Line {
  kind: 'message';
  author: ActorOf['kind'];
  authorId: string | null;
  name: string;
  text: string;
  status: 'streaming' | 'complete' | 'interrupted' | 'failed';
  turnId: string | null;
  /** Why it did not reach the customer, who is on another service. */
  failedDelivery: string | null;
}

/** What agents alone see: to each other, or to the bot. */
export interface Aside extends Line {
  kind: 'note' | 'whisper';
  name: string;
  text: string;
}

/** The chat has passed from one owner to another. */
export interface Passing extends Line {
  kind: 'passing';
  from: ChatOwner;
  to: ChatOwner;
  reason: OwnershipReason;
  actor: string;
  agent: string;
}

export interface ToolCall extends Line {
  kind: 'tool';
  tool: string;
  arguments: string | null;
  outcome: ToolOutcome | null;
  output: string | null;
  milliseconds: number | null;
}

/** An answer that failed, or something else that did not arrive. */
export interface Failure extends Line {
  kind: 'failure';
  about: 'turn' | 'delivery';
  detail: string;
}

export type ConversationLine = Message | Aside | Passing | ToolCall | Failure;

/** What has been seen of a chat's log, as it is shown. Never changed, only replaced. */
export interface Conversation {
  lines: readonly ConversationLine[];
  lastSeq: number;
  epoch: number;
  owner: ChatOwner | null;
  agent: { id: number; name: string } | null;
  /** The last thing that the customer said, and whether it is unanswered. */
  lastCustomerSeq: number;
  unansweredSince: string | null;
  /** Whether everything up to now has arrived. */
  isComplete: boolean;
}

export const EMPTY: Conversation = {
  lines: [],
  lastSeq: 0,
  epoch: 0,
  owner: null,
  agent: null,
  lastCustomerSeq: 0,
  unansweredSince: null,
  isComplete: false,
};

/** News of a chat, in the order of arrival. */
export type News = { event: ChatEventEnvelope } | { delta: MessageDelta };

/** The conversation after all of the news: the lines are copied once, however many there are. */
export function withNews(before: Conversation, news: readonly News[]): Conversation {
  const draft: Draft = { ...before, lines: [...before.lines] };
  for (const each of news) {
    if ('event' in each) takeEvent(draft, each.event);
    else takeDelta(draft, each.delta);
  }
  return draft;
}

/** How much of the running answer is known: where the chat is taken up again. */
export const runningLength = ({ lines }: Conversation): number =>
  lines.findLast((line): line is Message => line.kind === 'message' && line.status === 'streaming')?.text.length ?? 0;

export const runningMessage = ({ lines }: Conversation): Message | null =>
  lines.findLast((line): line is Message => line.kind === 'message' && line.status === 'streaming') ?? null;

type Draft = Omit<Conversation, 'lines'> & { lines: ConversationLine[] };

function takeEvent(draft: Draft, event: ChatEventEnvelope): void {
  if (event.seq <= draft.lastSeq) return;
  draft.lastSeq = event.seq;
  draft.epoch = event.epoch;
  const line = { seq: event.seq, at: event.at, id: `event-${event.seq}` };
  switch (event.type) {
    case 'message.created':
      return takeMessage(draft, event);
    case 'turn.started':
      return put(draft, {
        ...botMessage(event, event.data.messageId, event.data.turnId),
        text: '',
        status: 'streaming',
      });
    case 'message.completed': {
      const { messageId, turnId, text, status } = event.data;
      if (text === '') return drop(draft, messageId);
      return put(draft, { ...botMessage(event, messageId, turnId), text, status });
    }
    case 'turn.ended':
      return endTurn(draft, event.data, line);
    case 'tool.called': {
      const { callId, tool, arguments: given } = event.data;
      const call = { kind: 'tool', tool, arguments: given, outcome: null, output: null, milliseconds: null } as const;
      return put(draft, { ...line, ...call, id: callId });
    }
    case 'tool.returned': {
      const { callId, tool, outcome, output, milliseconds } = event.data;
      const call = draft.lines.find((each): each is ToolCall => each.kind === 'tool' && each.id === callId);
      const known = { kind: 'tool', tool, arguments: call?.arguments ?? null, outcome, output, milliseconds } as const;
      return put(draft, { ...line, ...known, id: callId });
    }
    case 'ownership.changed': {
      const { from, to, reason, agent } = event.data;
      draft.owner = to;
      draft.agent = to === 'human' ? agent : null;
      if (to !== 'human') draft.unansweredSince = null;
      const passing = { kind: 'passing', from, to, reason, actor: event.actor.name, agent: agent?.name ?? '' } as const;
      return put(draft, { ...line, ...passing });
    }
    case 'note.created':
    case 'whisper.created': {
      const kind = event.type === 'note.created' ? 'note' : 'whisper';
      return put(draft, { ...line, kind, id: event.data.messageId, name: event.actor.name, text: event.data.text });
    }
    case 'delivery.failed':
      return takeFailedDelivery(draft, event.data, line);
  }
}

function takeMessage(draft: Draft, event: Extract<ChatEventEnvelope, { type: 'message.created' }>): void {
  const { messageId, author, text, turnId } = event.data;
  if (author === 'customer') {
    draft.lastCustomerSeq = event.seq;
    draft.unansweredSince ??= event.at;
  } else if (author === 'agent') draft.unansweredSince = null;
  const message = { ...botMessage(event, messageId, turnId), author, text, status: 'complete' as const };
  put(draft, message);
}

function takeDelta(draft: Draft, { messageId, turnId, offset, text }: MessageDelta): void {
  const known = draft.lines.find((line): line is Message => line.kind === 'message' && line.id === messageId);
  const start: Message = known ?? {
    kind: 'message',
    id: messageId,
    seq: 0,
    at: new Date().toISOString(),
    author: 'bot',
    authorId: null,
    name: '',
    text: '',
    status: 'streaming',
    turnId,
    failedDelivery: null,
  };
  put(draft, { ...start, text: start.text.slice(0, offset) + text });
}

function endTurn(draft: Draft, { turnId, status, error }: ChatEventData['turn.ended'], line: Line): void {
  const index = draft.lines.findIndex(
    (each) => each.kind === 'message' && each.turnId === turnId && each.status === 'streaming' && each.text === '',
  );
  if (index !== -1) draft.lines.splice(index, 1);
  draft.unansweredSince = status === 'completed' ? null : draft.unansweredSince;
  if (status !== 'failed') return;
  put(draft, {
    ...line,
    kind: 'failure',
    about: 'turn',
    detail: error === null ? '' : `${error.detail} (${error.code})`,
  });
}

function takeFailedDelivery(draft: Draft, data: ChatEventData['delivery.failed'], line: Line): void {
  const detail = `${data.channel}: ${data.detail} (${data.code})`;
  const index = draft.lines.findIndex((each) => each.kind === 'message' && each.id === data.messageId);
  const message = draft.lines[index];
  if (message?.kind === 'message') draft.lines[index] = { ...message, failedDelivery: detail };
  else put(draft, { ...line, kind: 'failure', about: 'delivery', detail });
}

const botMessage = (event: ChatEventEnvelope, id: string, turnId: string | null) => ({
  kind: 'message' as const,
  id,
  seq: event.seq,
  at: event.at,
  author: event.actor.kind,
  authorId: event.actor.id,
  name: event.actor.name,
  turnId,
  failedDelivery: null,
});

/** In the place of the line with the same id, else at the end. Lines that change are near the end. */
function put(draft: Draft, line: ConversationLine): void {
  const index = draft.lines.findLastIndex(({ id }) => id === line.id);
  if (index === -1) draft.lines.push(line);
  else draft.lines[index] = { ...line, at: draft.lines[index]!.at };
}

function drop(draft: Draft, id: string): void {
  const index = draft.lines.findLastIndex((line) => line.id === id);
  if (index !== -1) draft.lines.splice(index, 1);
}

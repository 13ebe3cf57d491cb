import type {
  ChatEventData,
  ChatEventEnvelope,
  ChatOwner,
  ChatState,
  MessageDelta,
  OwnershipReason,
} from '@baton/client';

/** Something that was said. */
export interface Message {
  kind: 'message';
  id: string;
  author: 'customer' | 'bot' | 'agent' | 'system';
  name: string;
  text: string;
  status: 'streaming' | 'complete' | 'interrupted' | 'failed';
  /** Of a bot's message: what it belongs to. Null for what others said. */
  turnId: string | null;
  at: string;
}

/** The owner of the chat has changed. */
export interface Passing {
  kind: 'passing';
  id: string;
  from: ChatOwner;
  to: ChatOwner;
  reason: OwnershipReason;
  /** The agent of the chat after the transition, and the one before; empty when there is none. */
  agent: string;
  before: string;
}

/** An answer that failed, or ended before it said anything, and the question that it was to answer. */
export interface Failure {
  kind: 'failure';
  id: string;
  code: string;
  question: string | null;
}

/** What the page itself has to say. */
export interface Remark {
  kind: 'remark';
  id: string;
  text: 'gone' | 'expired';
}

/** The code of an answer that was stopped, or lost with its server. */
export const INTERRUPTED = 'INTERRUPTED';

export type Line = Message | Passing | Failure | Remark;

/** What has been seen of a chat, as it is shown. Never changed, only replaced. */
export interface Conversation {
  lines: readonly Line[];
  lastSeq: number;
  /** Grows with every change of owner. */
  epoch: number;
  owner: ChatOwner;
  /** The agent of the chat; empty when there is none. */
  agent: string;
  /** The place in line while waiting for a person. */
  position: number | null;
  /** Turns of messages that are not answered yet, with the question of each. */
  open: ReadonlyMap<string, string>;
}

export const EMPTY: Conversation = {
  lines: [],
  lastSeq: 0,
  epoch: 0,
  owner: 'bot',
  agent: '',
  position: null,
  open: new Map(),
};

/** The conversation after one more event of the log. */
export function withEvent(before: Conversation, event: ChatEventEnvelope): Conversation {
  const conversation = { ...before, lastSeq: event.seq, epoch: event.epoch };
  switch (event.type) {
    case 'message.created':
      return withCreated(conversation, event);
    case 'turn.started': {
      const { messageId, turnId } = event.data;
      const started: Message = { ...messageOf(event, messageId, ''), author: 'bot', status: 'streaming', turnId };
      return withLine(conversation, started);
    }
    case 'message.completed': {
      const { messageId, turnId, text, status } = event.data;
      if (text === '') return withoutLine(conversation, messageId);
      return withLine(conversation, { ...messageOf(event, messageId, text), author: 'bot', status, turnId });
    }
    case 'turn.ended':
      return withEnded(conversation, event.data, event.seq);
    case 'ownership.changed':
      return withPassing(conversation, event);
    // The bot is at work, which the line of its answer shows.
    case 'tool.called':
    case 'tool.returned':
      return conversation;
    // Agents alone are told of these.
    case 'note.created':
    case 'whisper.created':
    case 'delivery.failed':
      return conversation;
  }
}

/** More of a running answer. The deltas of a message join; what was known is not told again. */
export function withDelta(before: Conversation, { messageId, turnId, offset, text }: MessageDelta): Conversation {
  const running = before.lines.find((line): line is Message => line.kind === 'message' && line.id === messageId);
  if (running !== undefined) return withLine(before, { ...running, text: running.text.slice(0, offset) + text });
  // The log was taken up in the middle of the answer.
  const message: Message = {
    kind: 'message',
    id: messageId,
    author: 'bot',
    name: '',
    text,
    status: 'streaming',
    turnId,
    at: '',
  };
  return withLine(before, message);
}

/** Who holds the chat, as the server says; the log may have overtaken it. */
export const withState = (before: Conversation, { epoch, owner, agent, position }: ChatState): Conversation =>
  epoch < before.epoch
    ? before
    : { ...before, epoch, owner, agent: agent?.name ?? '', position: owner === 'requested' ? position : null };

export const withRemark = (before: Conversation, text: Remark['text']): Conversation =>
  withLine(before, { kind: 'remark', id: `remark-${text}`, text });

/** Lines of an earlier part of the log in front of those that are known. */
export function withEarlier(before: Conversation, events: readonly ChatEventEnvelope[]): Conversation {
  const known = new Set(before.lines.map(({ id }) => id));
  const earlier = events
    .reduce(withEvent, EMPTY)
    .lines.filter((line) => !known.has(line.id) && !(line.kind === 'message' && line.status === 'streaming'));
  return { ...before, lines: [...earlier, ...before.lines] };
}

/** Whether the bot owes an answer of which nothing is shown yet. */
export const isBotThinking = ({ owner, open, lines }: Conversation): boolean =>
  owner === 'bot' &&
  open.size > 0 &&
  !lines.some((line) => line.kind === 'message' && line.status === 'streaming' && line.text !== '');

export const runningMessage = ({ lines }: Conversation): Message | null =>
  lines.findLast((line): line is Message => line.kind === 'message' && line.status === 'streaming') ?? null;

function withCreated(
  conversation: Conversation,
  event: Extract<ChatEventEnvelope, { type: 'message.created' }>,
): Conversation {
  const { messageId, author, text, turnId } = event.data;
  const shown = withLine(conversation, { ...messageOf(event, messageId, text), author });
  if (author !== 'customer' || turnId === null) return shown;
  return { ...shown, open: new Map([...shown.open, [turnId, text]]) };
}

function withEnded(
  conversation: Conversation,
  { turnId, status, error }: ChatEventData['turn.ended'],
  seq: number,
): Conversation {
  const question = conversation.open.get(turnId) ?? null;
  const open = new Map([...conversation.open].filter(([each]) => each !== turnId));
  const lines = conversation.lines.filter(
    (line) => !(line.kind === 'message' && line.turnId === turnId && line.status === 'streaming' && line.text === ''),
  );
  const ended = { ...conversation, open, lines };
  const id = `failure-${seq}`;
  if (status === 'failed') return withLine(ended, { kind: 'failure', id, code: error?.code ?? 'INTERNAL', question });
  // Where nothing was said there is no message to say it on. Without the question in view, the message may be out of view, too.
  const isSilent = question !== null && !lines.some((line) => line.kind === 'message' && line.turnId === turnId);
  if (status !== 'interrupted' || !isSilent) return ended;
  return withLine(ended, { kind: 'failure', id, code: INTERRUPTED, question });
}

function withPassing(
  conversation: Conversation,
  { data, seq, actor }: Extract<ChatEventEnvelope, { type: 'ownership.changed' }>,
): Conversation {
  const { from, to, reason } = data;
  // When the log was read from its middle, the actor of the transition is the agent before.
  const before =
    conversation.agent === '' && from === 'human' && actor.kind === 'agent' ? actor.name : conversation.agent;
  const passing: Passing = {
    kind: 'passing',
    id: `passing-${seq}`,
    from,
    to,
    reason,
    agent: to === 'human' ? (data.agent?.name ?? '') : '',
    before,
  };
  return { ...withLine(conversation, passing), owner: to, agent: passing.agent, position: null };
}

const messageOf = ({ actor, at }: ChatEventEnvelope, id: string, text: string): Message => ({
  kind: 'message',
  id,
  author: 'customer',
  name: actor.name,
  text,
  status: 'complete',
  turnId: null,
  at,
});

/** In the place of the line with the same id, else at the end. */
function withLine(conversation: Conversation, line: Line): Conversation {
  const index = conversation.lines.findLastIndex(({ id }) => id === line.id);
  const lines = index === -1 ? [...conversation.lines, line] : conversation.lines.with(index, line);
  return { ...conversation, lines };
}

const withoutLine = (conversation: Conversation, id: string): Conversation => ({
  ...conversation,
  lines: conversation.lines.filter((line) => line.id !== id),
});

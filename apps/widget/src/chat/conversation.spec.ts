import type { Actor, ChatEventEnvelope } from '@baton/client';
import {
  EMPTY,
  isBotThinking,
  withDelta,
  withEarlier,
  withEvent,
  withState,
  type Conversation,
  type Message,
} from './conversation.js';

const CUSTOMER: Actor = { kind: 'customer', id: 'v', name: 'Guest' };
const BOT: Actor = { kind: 'bot', id: 'b', name: 'Bo' };
const ADA: Actor = { kind: 'agent', id: '7', name: 'Ada' };

let seq = 0;
const event = (type: string, actor: Actor, data: object): ChatEventEnvelope =>
  ({ seq: ++seq, type, chatId: 'c', epoch: 0, at: '2026-11-21T09:00:00.000Z', actor, data }) as ChatEventEnvelope;

const asked = (text: string, turnId: string | null = 't1') =>
  event('message.created', CUSTOMER, { messageId: `q-${text}`, author: 'customer', text, turnId });
const started = () => event('turn.started', BOT, { turnId: 't1', messageId: 'm1', inputMessageId: 'q', botId: 'b' });
const completed = (text: string, status = 'complete') =>
  event('message.completed', BOT, { messageId: 'm1', turnId: 't1', text, status });
const ended = (status: string, code: string | null = null) =>
  event('turn.ended', BOT, { turnId: 't1', status, usage: {}, error: code && { code, detail: '' } });
const passed = (from: string, to: string, reason: string, name: string | null = null, actor = ADA) =>
  event('ownership.changed', actor, { from, to, reason, agent: name && { id: 7, name } });
const after = (...events: ChatEventEnvelope[]): Conversation => events.reduce(withEvent, EMPTY);
const texts = ({ lines }: Conversation): string[] =>
  lines.map((line) => (line.kind === 'message' ? `${line.author} ${line.status}: ${line.text}` : line.kind));
const delta = (offset: number, text: string) => ({ messageId: 'm1', turnId: 't1', offset, text });

describe('a conversation', () => {
  beforeEach(() => {
    seq = 0;
  });

  it('grows by deltas and is complete in the end', () => {
    const asking = after(asked('Hi'));
    expect(isBotThinking(asking)).toBe(true);
    const running = withDelta(withDelta(withEvent(asking, started()), delta(0, 'Hel')), delta(3, 'lo'));
    expect([texts(running).at(-1), isBotThinking(running)]).toEqual(['bot streaming: Hello', false]);
    const done = [completed('Hello!'), ended('completed')].reduce(withEvent, running);
    expect(texts(done)).toEqual(['customer complete: Hi', 'bot complete: Hello!']);
    expect(isBotThinking(done)).toBe(false);
  });

  it('is the same when a delta is told again from its beginning', () => {
    const running = withDelta(after(asked('Hi'), started()), delta(0, 'Hello'));
    expect(withDelta(running, delta(0, 'Hello, you')).lines.at(-1)).toMatchObject({ text: 'Hello, you' });
  });

  it('shows a running answer of which the beginning was not seen', () => {
    expect(texts(withDelta(EMPTY, delta(0, 'Hello')))).toEqual(['bot streaming: Hello']);
  });

  it('shows nothing of an answer that said nothing', () => {
    expect(texts(after(asked('Hi'), started(), completed('', 'interrupted'), ended('superseded')))).toEqual([
      'customer complete: Hi',
    ]);
  });

  it('says that an answer ended before it said anything', () => {
    const { lines } = after(asked('Hi'), started(), completed('', 'interrupted'), ended('interrupted'));
    expect(lines.slice(1)).toEqual([{ kind: 'failure', id: 'failure-4', code: 'INTERRUPTED', question: 'Hi' }]);
    expect(texts(after(asked('Hi'), started(), completed('He', 'interrupted'), ended('interrupted')))).toEqual([
      'customer complete: Hi',
      'bot interrupted: He',
    ]);
    expect(after(ended('interrupted')).lines).toEqual([]);
  });

  it('knows which question a failed answer belongs to', () => {
    const { lines } = after(asked('Hi'), started(), ended('failed', 'PROVIDER_TIMEOUT'));
    expect(lines.slice(1)).toEqual([{ kind: 'failure', id: 'failure-3', code: 'PROVIDER_TIMEOUT', question: 'Hi' }]);
  });

  it('knows who held the chat before', () => {
    const conversation = after(
      passed('bot', 'human', 'agent_takeover', 'Ada'),
      passed('human', 'human', 'agent_release', 'Grace'),
      passed('human', 'requested', 'lease_expired', null, { kind: 'system', id: null, name: '' }),
    );
    expect(conversation.lines).toMatchObject([
      { agent: 'Ada', before: '' },
      { agent: 'Grace', before: 'Ada' },
      { agent: '', before: 'Grace' },
    ]);
    expect([conversation.owner, conversation.agent]).toEqual(['requested', '']);
    // When the log is read from its middle, the event's actor is the agent before.
    expect(after(passed('human', 'bot', 'agent_release')).lines).toMatchObject([{ before: 'Ada' }]);
  });

  it('has the owner that the server names', () => {
    const state = { chatId: 'c', epoch: 1, owner: 'requested', agent: null, position: 3 } as const;
    expect(withState(EMPTY, state)).toMatchObject({ owner: 'requested', position: 3 });
    expect(withState(EMPTY, { ...state, owner: 'human', agent: { id: 7, name: 'Ada' } })).toMatchObject({
      agent: 'Ada',
      position: null,
    });
  });

  it('keeps the owner of the log when the server’s state is older', () => {
    const conversation = after(passed('bot', 'human', 'agent_takeover', 'Ada'));
    const state = { chatId: 'c', epoch: conversation.epoch - 1, owner: 'bot', agent: null, position: null } as const;
    expect(withState(conversation, state)).toBe(conversation);
  });

  it('puts what was earlier in front, once', () => {
    const first = [asked('one', null), asked('two', null)];
    const last = [asked('three', null)];
    const conversation = withEarlier(after(...last), [...first, ...last]);
    expect(conversation.lines.map((line) => (line as Message).text)).toEqual(['one', 'two', 'three']);
    expect(conversation.lastSeq).toBe(3);
  });

  it('hears nothing of what is for agents', () => {
    expect(after(event('note.created', ADA, { messageId: 'n', text: 'Careful.' })).lines).toEqual([]);
  });
});

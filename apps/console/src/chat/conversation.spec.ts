import { EMPTY, runningLength, withNews, type Conversation, type News } from './conversation.js';
import type { ChatEventData, ChatEventEnvelope } from './events.js';

let seq = 0;
const event = <Type extends keyof ChatEventData>(type: Type, data: ChatEventData[Type], kind = 'bot'): News => ({
  event: {
    seq: ++seq,
    type,
    chatId: 'c',
    epoch: 1,
    at: '2026-11-27T10:00:00.000Z',
    actor: { kind, id: '7', name: 'Ada' },
    data,
  } as ChatEventEnvelope,
});
const written = (author: 'customer' | 'agent', text: string): News =>
  event('message.created', { messageId: text, author, text, turnId: null }, author);
const delta = (offset: number, text: string): News => ({ delta: { messageId: 'm', turnId: 't', offset, text } });
const started = (): News => event('turn.started', { turnId: 't', messageId: 'm', inputMessageId: 'i', botId: 'b' });
const textsOf = ({ lines }: Conversation): string[] => lines.map((line) => ('text' in line ? line.text : line.kind));

describe('a conversation', () => {
  beforeEach(() => {
    seq = 0;
  });

  it('grows by the words of a running answer and keeps what was cut', () => {
    const running = withNews(EMPTY, [written('customer', 'Hi'), started(), delta(0, 'One '), delta(4, 'two')]);
    expect([textsOf(running), runningLength(running)]).toEqual([['Hi', 'One two'], 7]);
    const cut = withNews(running, [
      event('message.completed', { messageId: 'm', turnId: 't', text: 'One two', status: 'interrupted' }),
    ]);
    expect(cut.lines.at(-1)).toMatchObject({ text: 'One two', status: 'interrupted' });
    expect(runningLength(cut)).toBe(0);
  });

  it('takes each event once, and leaves the former conversation as it was', () => {
    const first = written('customer', 'Hi');
    const before = withNews(EMPTY, [first]);
    const after = withNews(before, [first, written('agent', 'Hello')]);
    expect([textsOf(before), textsOf(after)]).toEqual([['Hi'], ['Hi', 'Hello']]);
  });

  it('knows since when the customer waits for an answer, until a person answers', () => {
    const asked = withNews(EMPTY, [written('customer', 'Hi'), written('customer', 'Hello?')]);
    expect([asked.unansweredSince, asked.lastCustomerSeq]).toEqual(['2026-11-27T10:00:00.000Z', 2]);
    expect(withNews(asked, [written('agent', 'Yes')]).unansweredSince).toBeNull();
  });

  it('shows at a message that it was not delivered, and an answer that failed', () => {
    const conversation = withNews(EMPTY, [
      written('agent', 'Hi'),
      event('delivery.failed', { channel: 'whatsapp', messageId: 'Hi', code: '63016', detail: 'Too late' }, 'system'),
      event('turn.ended', {
        turnId: 't',
        status: 'failed',
        usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, isEstimated: true },
        error: { code: 'PROVIDER_TIMEOUT', detail: 'Too slow' },
      }),
    ]);
    expect(conversation.lines).toMatchObject([
      { kind: 'message', failedDelivery: 'whatsapp: Too late (63016)' },
      { kind: 'failure', about: 'turn', detail: 'Too slow (PROVIDER_TIMEOUT)' },
    ]);
  });

  it('follows who owns the chat', () => {
    const agent = { id: 7, name: 'Ada' };
    const owned = withNews(EMPTY, [
      event('ownership.changed', { from: 'bot', to: 'human', reason: 'agent_takeover', agent }, 'agent'),
    ]);
    expect([owned.owner, owned.agent]).toEqual(['human', agent]);
  });
});

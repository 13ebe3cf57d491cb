import type { ChatEventData, ChatEventEnvelope, ChatEventType } from '@app/contracts';
import { saidIn, withoutRepeated } from './outbox-projector.js';

const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, isEstimated: false };
const error = { code: 'PROVIDER_ERROR', detail: '' };

function said<Type extends ChatEventType>(type: Type, data: Partial<ChatEventData[Type]>): string | undefined {
  return saidIn({ type, data } as unknown as ChatEventEnvelope, 'Sorry')?.text;
}

describe('what a customer on WhatsApp is told of an event', () => {
  it('is what the bot, agents and the server say', () => {
    expect(said('message.created', { author: 'agent', text: 'A' })).toBe('A');
    expect(said('message.created', { author: 'system', text: 'S' })).toBe('S');
    expect(said('message.completed', { status: 'complete', text: 'B' })).toBe('B');
    expect(said('message.completed', { status: 'interrupted', text: 'B' })).toBe('B');
  });

  it('is not what the customer said, or what is for agents only', () => {
    expect(said('message.created', { author: 'customer', text: 'C' })).toBeUndefined();
    expect(said('note.created', { text: 'N' })).toBeUndefined();
    expect(said('delivery.failed', { detail: 'D' })).toBeUndefined();
    expect(said('message.completed', { status: 'failed', text: 'half' })).toBeUndefined();
  });

  it('is nothing more after an answer that the limit of the model has cut', () => {
    const cut = { code: 'PROVIDER_ANSWER_CUT', detail: '' };
    expect(said('turn.ended', { status: 'interrupted', usage, error: cut })).toBeUndefined();
  });

  it('is that there will be no answer, unless a person has cut it', () => {
    expect(said('turn.ended', { status: 'failed', usage, error })).toBe('Sorry');
    expect(said('turn.ended', { status: 'interrupted', usage, error })).toBe('Sorry');
    expect(said('turn.ended', { status: 'interrupted', usage, error: null })).toBeUndefined();
    expect(said('turn.ended', { status: 'superseded', usage, error: null })).toBeUndefined();
    expect(said('turn.ended', { status: 'completed', usage, error: null })).toBeUndefined();
  });

  it('is the repeated answer, not the one that was cut before', () => {
    const event = (type: ChatEventType, data: object): ChatEventEnvelope => ({ type, data }) as ChatEventEnvelope;
    const completed = event('message.completed', { turnId: 'second', status: 'complete', text: 'Whole' });
    const ended = event('turn.ended', { turnId: 'second', status: 'completed', usage, error: null });
    const events = [
      event('message.completed', { turnId: 'first', status: 'interrupted', text: 'Who' }),
      event('turn.ended', {
        turnId: 'first',
        status: 'interrupted',
        usage,
        error: { code: 'TURN_REPEATED', detail: '' },
      }),
      completed,
      ended,
    ];
    expect(withoutRepeated(events)).toEqual([completed, ended]);
  });
});

import type { ChatEventEnvelope, MessageDelta } from '../generated/contracts/index.js';
import { TakeoverView } from './takeover-view.js';

const event = (seq: number, type: string, data: object = {}): ChatEventEnvelope =>
  ({
    seq,
    type,
    chatId: 'c',
    epoch: 1,
    at: '',
    actor: { kind: 'bot', id: null, name: 'Bot' },
    data,
  }) as ChatEventEnvelope;
const delta = (offset: number, text: string, messageId = 'm'): MessageDelta => ({
  messageId,
  turnId: 't',
  offset,
  text,
});

describe('TakeoverView', () => {
  it('takes each event once', () => {
    const view = new TakeoverView({ after: 0, offset: 0 });
    const seen = [1, 2, 2, 1, 3].map((seq) => view.takeEvent(event(seq, 'message.created')));
    expect(seen).toEqual([true, true, false, false, true]);
    expect(view.position).toEqual({ after: 3, offset: 0 });
  });

  it('allows for events that are not for this reader', () => {
    const view = new TakeoverView({ after: 4, offset: 0 });
    expect([4, 9].map((seq) => view.takeEvent(event(seq, 'message.created')))).toEqual([false, true]);
  });

  it('takes of every delta what is new, and knows where to go on', () => {
    const view = new TakeoverView({ after: 1, offset: 0 });
    view.takeEvent(event(2, 'turn.started', { messageId: 'm' }));
    const taken = [delta(0, 'Hel'), delta(0, 'Hel'), delta(1, 'ello '), delta(6, 'you')].map((each) =>
      view.takeDelta(each),
    );
    expect(taken).toEqual([delta(0, 'Hel'), null, delta(3, 'lo '), delta(6, 'you')]);
    expect(view.position).toEqual({ after: 2, offset: 9 });
    view.takeEvent(event(3, 'message.completed'));
    expect(view.position).toEqual({ after: 3, offset: 0 });
  });

  it('notices missing text', () => {
    const view = new TakeoverView({ after: 1, offset: 0 });
    view.takeEvent(event(2, 'turn.started', { messageId: 'm' }));
    view.takeDelta(delta(0, 'Hel'));
    expect(view.takeDelta(delta(4, 'o'))).toBe('gap');
    expect(view.position).toEqual({ after: 2, offset: 3 });
  });

  it('goes on inside of a message', () => {
    const view = new TakeoverView({ after: 2, offset: 3 });
    expect(view.takeDelta(delta(3, 'lo'))).toEqual(delta(3, 'lo'));
    expect(view.position).toEqual({ after: 2, offset: 5 });
  });

  it('starts every message at offset 0', () => {
    const view = new TakeoverView({ after: 2, offset: 3 });
    view.takeEvent(event(3, 'turn.ended'));
    view.takeEvent(event(4, 'turn.started', { messageId: 'n' }));
    expect(view.takeDelta(delta(0, 'Hi', 'n'))).toEqual(delta(0, 'Hi', 'n'));
  });
});

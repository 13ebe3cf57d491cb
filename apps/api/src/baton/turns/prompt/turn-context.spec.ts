import { contextOf } from './turn-context.js';
import type { PastMessage } from './turn-history.repository.js';

const message = (
  author: PastMessage['author'],
  text: string,
  kind: PastMessage['kind'] = 'message',
  hasTurn = author === 'bot',
): PastMessage => ({
  author,
  text,
  kind,
  speaker: author === 'agent' ? 'Ada' : '',
  place: 1,
  hasTurn,
  kept: null,
  createdAt: new Date(0),
});
const roles = (past: PastMessage[]) =>
  contextOf(past).map((item) => (item.type === 'message' ? `${item.role}: ${item.text}` : item.type));

describe('contextOf', () => {
  it('keeps a plain conversation as it was', () => {
    expect(roles([message('customer', 'hi'), message('bot', 'hello')])).toEqual(['user: hi', 'assistant: hello']);
  });

  it('closes what people wrote between two marks, under their names', () => {
    expect(
      roles([
        message('customer', 'help'),
        message('agent', 'I am here'),
        message('customer', 'thanks'),
        message('agent', 'bye'),
      ]),
    ).toEqual([
      'user: help',
      'developer: Ada, a person of the team, answers the customer from here on.',
      'assistant: [Ada] I am here',
      'user: thanks',
      'assistant: [Ada] bye',
      'developer: Ada has left. You are answering the customer again.',
    ]);
  });

  it('begins as before when the bot has answered again', () => {
    const past = [message('customer', 'help'), message('agent', 'bye')];
    const asked = roles([...past]);
    const next = roles([...past, message('customer', 'and now?', 'message', true), message('bot', 'here')]);
    expect(next).toEqual([...asked, 'user: and now?', 'assistant: here']);
  });

  it('gives the bot its thoughts back, before its words', () => {
    const kept = { origin: 'o', items: [{ encrypted_content: 'x' }], extra: { phase: 'final_answer' } };
    expect(contextOf([message('customer', 'hi'), { ...message('bot', 'hello'), kept }])).toEqual([
      { type: 'message', role: 'user', text: 'hi' },
      { type: 'carried', value: { encrypted_content: 'x' }, isLasting: true, origin: 'o' },
      { type: 'message', role: 'assistant', text: 'hello', extra: { phase: 'final_answer' }, origin: 'o' },
    ]);
  });

  it('never tells the bot what is noted for colleagues', () => {
    expect(roles([message('agent', 'difficult customer', 'note')])).toEqual([]);
  });

  it('whispers once', () => {
    const whisper = message('agent', 'offer a refund', 'whisper');
    expect(roles([message('customer', 'hi'), whisper])).toHaveLength(2);
    expect(roles([whisper, message('customer', 'hi'), message('bot', 'a refund?')])).toEqual([
      'user: hi',
      'assistant: a refund?',
    ]);
  });
});

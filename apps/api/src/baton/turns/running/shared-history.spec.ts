import type { ProviderItem } from '@app/openai';
import { SharedHistory } from './shared-history.js';

const ONE = { serviceId: 'one', model: 'm' };
const QUESTION: ProviderItem = { type: 'message', role: 'user', text: 'Hi' };
const THOUGHT: ProviderItem = { type: 'carried', value: { encrypted: 'x' } };
const CALL: ProviderItem = { type: 'tool_call', callId: 'c', name: 'f', arguments: '{}', extra: { signature: 'y' } };
const RESULT: ProviderItem = { type: 'tool_result', callId: 'c', output: '1' };

describe('SharedHistory', () => {
  const history = new SharedHistory([QUESTION], ONE);
  history.add(ONE, [THOUGHT, CALL, RESULT]);

  it('gives back to a service what it has added', () => {
    expect(history.itemsFor(ONE)).toEqual([QUESTION, THOUGHT, CALL, RESULT]);
  });

  it.each([
    ['service', { ...ONE, serviceId: 'two' }],
    ['model', { ...ONE, model: 'n' }],
  ])('gives another %s the words, the calls and their results alone', (_what, other) => {
    const { extra: _extra, ...call } = CALL as ProviderItem & { extra: unknown };
    expect(history.itemsFor(other)).toEqual([QUESTION, call, RESULT]);
  });
});

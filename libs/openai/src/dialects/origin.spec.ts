import { defaultCapabilities } from '../probe/probe-requests.js';
import type { ProviderItem, ProviderRequest } from '../provider.types.js';
import { itemsFor, KEPT, originOf } from './origin.js';

const connection = { baseUrl: 'https://a/v1', apiKey: 'k', isAzure: false, capabilities: defaultCapabilities() };
const here: ProviderRequest = {
  connection: { ...connection, dialect: 'responses' },
  model: 'm',
  instructions: '',
  items: [],
  tools: [],
  temperature: null,
  maxOutputTokens: null,
};
const origin = originOf(here);
const question: ProviderItem = { type: 'message', role: 'user', text: 'Hello' };
const thought = { type: 'carried', value: { encrypted_content: 'x' }, isLasting: true, origin } as const;
const answer = { type: 'message', role: 'assistant', text: 'Hi', extra: { phase: 'final_answer' }, origin } as const;
const call = { type: 'tool_call', callId: 'c', name: 't', arguments: '{}', extra: { signature: 's' }, origin } as const;
const items: ProviderItem[] = [question, thought, answer, call];

describe('what a service has kept', () => {
  it('goes back to it as it came', () => {
    expect(itemsFor({ ...here, items }, [])).toEqual(items);
  });

  it.each<[string, Partial<ProviderRequest>]>([
    ['another model', { model: 'other' }],
    ['another service', { connection: { ...here.connection, baseUrl: 'https://b/v1' } }],
    ['another account', { connection: { ...here.connection, apiKey: 'other' } }],
    ['another dialect', { connection: { ...here.connection, dialect: 'chat_completions' } }],
  ])('is not sent to %s', (_name, changes) => {
    expect(itemsFor({ ...here, ...changes, items }, [])).toEqual([
      question,
      { type: 'message', role: 'assistant', text: 'Hi' },
      { type: 'tool_call', callId: 'c', name: 't', arguments: '{}' },
    ]);
  });

  it('can be left out, but for what calls need', () => {
    expect(itemsFor({ ...here, items }, [KEPT])).toEqual([
      question,
      { type: 'message', role: 'assistant', text: 'Hi' },
      call,
    ]);
  });

  it('is named without the key', () => {
    expect(origin).toMatch(/^[\w-]{22}$/);
  });
});

import type { ProviderItem, ProviderRequest } from '../provider.types.js';
import { defaultCapabilities } from '../probe/probe-requests.js';
import { arrange, fitting } from './conversation.js';

type Line = [role: 'user' | 'assistant' | 'developer', text: string];
const items = (...lines: Line[]): ProviderItem[] => lines.map(([role, text]) => ({ type: 'message', role, text }));
const call: ProviderItem = { type: 'tool_call', callId: 'c', name: 'a', arguments: '{}' };
const result: ProviderItem = { type: 'tool_result', callId: 'c', output: 'x' };

describe('arrange', () => {
  const hard = items(
    ['assistant', 'Welcome.'],
    ['user', 'files'],
    ['user', 'one'],
    ['assistant', ' \n'],
    ['user', 'two'],
    ['developer', 'An agent answers.'],
    ['assistant', 'a'],
    ['assistant', 'b'],
    ['developer', 'The agent has left.'],
    ['user', 'three'],
  );

  it('leaves out blank messages', () => {
    const free = arrange({ instructions: 'Be brief.', items: hard }, 'free');
    expect(free).toEqual({ instructions: 'Be brief.', items: hard.filter((_, index) => index !== 3) });
  });

  // Mistral: https://github.com/vllm-project/vllm/issues/6862, Gemma: https://github.com/suitenumerique/conversations/issues/197,
  // Qwen: https://github.com/vllm-project/vllm/issues/41114
  it('gives user and assistant the word in turn, after one system message', () => {
    expect(arrange({ instructions: 'Be brief.', items: hard }, 'alternating')).toEqual({
      instructions: [
        'Be brief.',
        'Said before the first message of the customer: Welcome.',
        'An agent answers.',
        'The agent has left.',
      ].join('\n\n'),
      items: items(['user', 'files\n\none\n\ntwo'], ['assistant', 'a\n\nb'], ['user', 'three']),
    });
  });

  // https://github.com/EricLBuehler/mistral.rs/issues/506: Gemma 2 knows no system message.
  it('puts the instructions into the first message where there is no place for them', () => {
    expect(
      arrange({ instructions: 'Be brief.', items: items(['user', 'one'], ['developer', 'Now.']) }, 'without_system'),
    ).toEqual({ instructions: '', items: items(['user', 'Be brief.\n\nNow.\n\none']) });
  });

  it('keeps calls and their results in place', () => {
    const called = [...items(['user', 'one'], ['assistant', 'Let me see.']), call, result];
    expect(arrange({ instructions: '', items: called }, 'alternating')).toEqual({ instructions: '', items: called });
  });
});

describe('fitting', () => {
  const request = (list: ProviderItem[]): ProviderRequest => ({
    connection: {
      baseUrl: '',
      apiKey: null,
      isAzure: false,
      dialect: 'responses',
      capabilities: defaultCapabilities(),
    },
    model: 'm',
    instructions: '',
    items: list,
    tools: [],
    temperature: null,
    maxOutputTokens: null,
  });
  const long = 'word '.repeat(100);

  it('leaves out the oldest, down to a message of the user', () => {
    const list = items(['user', long], ['assistant', long], ['user', long], ['assistant', 'a'], ['user', 'b']);
    expect(fitting(request(list), 250).items).toEqual(list.slice(2));
    expect(fitting(request(list), 50).items).toEqual(list.slice(4));
    expect(fitting(request(list), 10_000).items).toEqual(list);
  });

  it('always keeps the question and what was called to answer it', () => {
    const list = [...items(['user', 'a'], ['assistant', 'b'], ['user', long]), call, result];
    expect(fitting(request(list), 1).items).toEqual(list.slice(2));
  });
});

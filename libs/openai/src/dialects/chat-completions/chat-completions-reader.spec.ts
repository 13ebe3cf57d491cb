import { chatStream, chunk } from '../../../../../test/support/raw-service.js';
import type { ProviderEvent } from '../../provider.types.js';
import { AnswerQueue } from '../../stream/answer-queue.js';
import { SseParser } from '../../stream/sse-parser.js';
import { ChatCompletionsReader } from './chat-completions-reader.js';

async function drained(feed: (reader: ChatCompletionsReader) => void): Promise<ProviderEvent[]> {
  const queue = new AnswerQueue(null, () => undefined);
  feed(new ChatCompletionsReader(queue));
  const events: ProviderEvent[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

const streamed = (...chunks: unknown[]): Promise<ProviderEvent[]> =>
  drained((reader) => {
    const parser = new SseParser((event, data) => reader.event(event, data));
    parser.push(chatStream(...chunks));
  });
const whole = (body: unknown): Promise<ProviderEvent[]> => drained((reader) => reader.whole(JSON.stringify(body)));

const call = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown, more = {}) =>
  chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: args }, ...more }] });
const end = chunk({}, 'tool_calls');
const done = { type: 'done', reason: 'tool_calls' };
const called = (callId: unknown, name: string, args: string) => ({ type: 'tool_call', callId, name, arguments: args });

describe('ChatCompletionsReader', () => {
  it.each<[string, unknown[], unknown[]]>([
    [
      // https://github.com/NousResearch/hermes-agent/pull/101654: parallel calls in chunks of their own, all with index 0.
      'whole calls that share an index',
      [call(0, 'fc-1', 'a', '{"x":1}'), call(0, 'fc-2', 'b', '{"y":2}')],
      [called('fc-1', 'a', '{"x":1}'), called('fc-2', 'b', '{"y":2}')],
    ],
    [
      'whole calls that share an index and have no id',
      [call(0, '', 'a', '{"x":1}'), call(0, '', 'a', '{"x":2}')],
      [called(expect.any(String), 'a', '{"x":1}'), called(expect.any(String), 'a', '{"x":2}')],
    ],
    [
      'a call in pieces that repeat its id and name',
      [call(0, 'c1', 'a', '{"x"'), call(0, 'c1', 'a', ':1}')],
      [called('c1', 'a', '{"x":1}')],
    ],
    [
      'a call whose later pieces have an empty id',
      [call(0, 'c1', 'a', '{"x"'), call(0, '', undefined, ':1}'), call(0, undefined, undefined, '')],
      [called('c1', 'a', '{"x":1}')],
    ],
    [
      'pieces of two calls in turn',
      [
        call(0, 'c1', 'a', '{'),
        call(1, 'c2', 'b', '{'),
        call(0, undefined, undefined, '}'),
        call(1, undefined, undefined, '}'),
      ],
      [called('c1', 'a', '{}'), called('c2', 'b', '{}')],
    ],
    [
      // https://github.com/ggml-org/llama.cpp/issues/20198
      'arguments as an object',
      [call(0, 'c1', 'a', { city: 'Rome' })],
      [called('c1', 'a', '{"city":"Rome"}')],
    ],
    [
      // https://github.com/langroid/langroid/pull/969: Gemini's signatures have to go back.
      'what the service adds to a call',
      [call(0, 'c1', 'a', '{}', { extra_content: { google: { thought_signature: 'sig' } } })],
      [{ ...called('c1', 'a', '{}'), extra: { extra_content: { google: { thought_signature: 'sig' } } } }],
    ],
    [
      // https://github.com/continuedev/continue/issues/10193: DeepSeek demands its thoughts back in the next round.
      'thoughts beside the calls',
      [chunk({ reasoning_content: 'Let me ' }), chunk({ reasoning_content: 'see.' }), call(0, 'c1', 'a', '{}')],
      [
        { type: 'thought', kind: 'thought', text: 'Let me see.' },
        { type: 'carried', value: { reasoning_content: 'Let me see.' } },
        called('c1', 'a', '{}'),
      ],
    ],
  ])('reads %s', async (_name, chunks, expected) => {
    expect(await streamed(...chunks, end)).toEqual([...expected, done]);
  });

  it('keeps the calls of a whole answer apart, also when they share an id', async () => {
    const tool = (args: unknown) => ({
      id: 'function-call',
      type: 'function',
      function: { name: 'a', arguments: args },
    });
    const message = { content: null, tool_calls: [tool('{"x":1}'), tool({ x: 2 })] };
    const events = await whole({ choices: [{ message, finish_reason: 'tool_calls' }] });
    expect(events).toEqual([
      called('function-call', 'a', '{"x":1}'),
      called(expect.stringMatching(/^call_/), 'a', '{"x":2}'),
      done,
    ]);
  });

  it('passes on no call of an answer that was cut', async () => {
    expect(await streamed(call(0, 'c1', 'a', '{"x"'), chunk({}, 'length'))).toEqual([
      { type: 'done', reason: 'length' },
    ]);
  });

  it.each<[string, unknown[], string]>([
    // https://github.com/BerriAI/litellm/issues/16272: Mistral's reasoning models.
    [
      'content as a list of parts',
      [
        chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] }),
        chunk({ content: [{ type: 'text', text: 'Hello' }] }),
        chunk({ content: ' you' }),
      ],
      'Hello you',
    ],
    // https://github.com/elizaOS/eliza/issues/30904
    ['an emoji in two halves', [chunk({ content: 'a\ud83d' }), chunk({ content: '\udc69b' })], 'a👩b'],
    [
      'an emoji in two halves with nothing between',
      [chunk({ content: '\ud83d' }), chunk({ content: '' }), chunk({ content: '\udc69' })],
      '👩',
    ],
    ['half an emoji that stays alone', [chunk({ content: 'a\ud83d' })], 'a�'],
    ['a thought between tags', [chunk({ content: '<thi' }), chunk({ content: 'nk>Hm.</think>\n\nHello' })], 'Hello'],
    ['events without a choice', ['null', { choices: [] }, { id: 'x' }, chunk({ content: 'Hello' })], 'Hello'],
  ])('reads %s', async (_name, chunks, expected) => {
    const events = await streamed(...chunks, chunk({}, 'stop'));
    expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(expected);
    expect(events.at(-1)).toEqual({ type: 'done', reason: 'stop' });
  });

  it.each<[string, string]>([
    ['length', 'length'],
    ['MAX_TOKENS', 'length'],
    // https://github.com/mozilla-ai/any-llm/pull/1204: z.ai's own reasons.
    ['model_context_window_exceeded', 'length'],
    ['sensitive', 'content_filter'],
    ['content_filter', 'content_filter'],
    ['SAFETY', 'content_filter'],
    ['eos', 'stop'],
  ])('reads the reason %s as %s', async (reason, expected) => {
    expect((await streamed(chunk({ content: 'a' }), chunk({}, reason))).at(-1)).toEqual({
      type: 'done',
      reason: expected,
    });
    expect((await whole({ choices: [{ message: { content: 'a' }, finish_reason: reason }] })).at(-1)).toEqual({
      type: 'done',
      reason: expected,
    });
  });

  it.each<[string, unknown, string]>([
    // https://github.com/promptfoo/promptfoo/pull/9905: z.ai reports a failure of its own as a reason.
    ['the reason network_error', chunk({}, 'network_error'), 'PROVIDER_ERROR'],
    ['the reason error', chunk({}, 'error'), 'PROVIDER_ERROR'],
    [
      'an error in the choice',
      { choices: [{ delta: {}, error: { code: 502, message: 'Upstream died' } }] },
      'PROVIDER_ERROR',
    ],
    ['an error as the event', { object: 'error', message: 'Too busy', code: 429 }, 'PROVIDER_RATE_LIMITED'],
    ['an error as a text', { error: 'Something broke' }, 'PROVIDER_ERROR'],
    ['an error in a list', [{ error: { code: 429, message: 'Quota' } }], 'PROVIDER_RATE_LIMITED'],
    ['a message without choices', { message: 'Too busy', code: '429' }, 'PROVIDER_RATE_LIMITED'],
  ])('fails at %s, after half of an answer', async (_name, last, code) => {
    await expect(streamed(chunk({ content: 'Half an' }), last)).rejects.toMatchObject({ code });
  });

  it.each<[string, unknown[], [number, number, number] | null]>([
    [
      'a chunk of its own',
      [chunk({ content: 'a' }, 'stop'), { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } }],
      [7, 0, 3],
    ],
    // https://github.com/earendil-works/pi/issues/2017: Moonshot.
    [
      'the choice',
      [
        {
          choices: [
            { delta: { content: 'a' }, finish_reason: 'stop', usage: { prompt_tokens: 7, completion_tokens: 3 } },
          ],
        },
      ],
      [7, 0, 3],
    ],
    // https://github.com/vercel/ai/issues/1651: Groq.
    [
      'a field of the service',
      [{ ...chunk({ content: 'a' }, 'stop'), x_groq: { usage: { prompt_tokens: 7, completion_tokens: 3 } } }],
      [7, 0, 3],
    ],
    [
      'every chunk, as a sum so far',
      [
        { ...chunk({ content: 'a' }), usage: { prompt_tokens: 7, completion_tokens: 1 } },
        { ...chunk({}, 'stop'), usage: { prompt_tokens: 7, completion_tokens: 3 } },
      ],
      [7, 0, 3],
    ],
    [
      'names of its own',
      [
        {
          ...chunk({ content: 'a' }, 'stop'),
          usage: { prompt_tokens: 7, completion_tokens: 3, prompt_cache_hit_tokens: 5 },
        },
      ],
      [7, 5, 3],
    ],
    [
      'no number',
      [{ ...chunk({ content: 'a' }, 'stop'), usage: { prompt_tokens: 'many', completion_tokens: 3 } }],
      null,
    ],
    [
      'a negative number',
      [{ ...chunk({ content: 'a' }, 'stop'), usage: { prompt_tokens: 7, completion_tokens: -3 } }],
      null,
    ],
    [
      'an absurd number',
      [{ ...chunk({ content: 'a' }, 'stop'), usage: { prompt_tokens: 1e18, completion_tokens: 3 } }],
      null,
    ],
    ['nothing', [{ ...chunk({ content: 'a' }, 'stop'), usage: null }], null],
  ])('finds the usage in %s', async (_name, chunks, expected) => {
    const usage = (await streamed(...chunks)).find((event) => event.type === 'usage')?.usage ?? null;
    expect(usage && [usage.inputTokens, usage.cachedTokens, usage.outputTokens]).toEqual(expected);
  });

  // https://openrouter.ai/docs/features/prompt-caching, and https://docs.litellm.ai/docs/completion/prompt_caching for the other place.
  it.each([
    { prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 } },
    { prompt_tokens_details: { cached_tokens: 5 }, cache_creation_input_tokens: 2 },
  ])('finds what was written into the cache in %j', async (details) => {
    const usage = { prompt_tokens: 9, completion_tokens: 3, ...details };
    expect(await streamed({ ...chunk({ content: 'a' }, 'stop'), usage })).toContainEqual({
      type: 'usage',
      usage: { inputTokens: 9, cachedTokens: 5, cacheWriteTokens: 2, outputTokens: 3, reasoningTokens: 0 },
    });
  });
});

import type { ProviderEvent } from '../../provider.types.js';
import { AnswerQueue } from '../../stream/answer-queue.js';
import { ResponsesReader } from './responses-reader.js';

type Event = { type: string } & Record<string, unknown>;

async function drained(feed: (reader: ResponsesReader) => void): Promise<ProviderEvent[]> {
  const queue = new AnswerQueue(null, () => undefined);
  feed(new ResponsesReader(queue));
  const events: ProviderEvent[] = [];
  for await (const event of queue) events.push(event);
  return events;
}

const streamed = (...events: Event[]): Promise<ProviderEvent[]> =>
  drained((reader) => {
    for (const event of events) reader.event(event.type, JSON.stringify(event));
  });
const whole = (response: unknown): Promise<ProviderEvent[]> =>
  drained((reader) => reader.whole(JSON.stringify(response)));

const reasoning = { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'abc', status: null };
const commentary = {
  type: 'message',
  id: 'm1',
  role: 'assistant',
  status: 'completed',
  phase: 'commentary',
  content: [{ type: 'output_text', text: 'I look it up.' }],
};
const call = { type: 'function_call', id: 'fc', call_id: 'c', name: 't', arguments: '{"x":1}', status: 'completed' };
const answer = { type: 'message', id: 'm2', phase: 'final_answer', content: [{ type: 'output_text', text: 'Hi' }] };
const completed = (...output: object[]) => ({ type: 'response.completed', response: { status: 'completed', output } });
const called = { type: 'tool_call', callId: 'c', name: 't', arguments: '{"x":1}' };

describe('ResponsesReader', () => {
  // https://cookbook.openai.com/examples/responses_api/reasoning_items: items go back as they came when nothing is stored.
  it('keeps what was thought and remarked for the next round, and shows none of it', async () => {
    const expected = [
      { type: 'thought', kind: 'commentary', text: 'I look it up.' },
      {
        type: 'carried',
        isLasting: true,
        value: { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'abc' },
      },
      {
        type: 'carried',
        isLasting: true,
        value: { type: 'message', role: 'assistant', phase: 'commentary', content: commentary.content },
      },
      called,
      { type: 'done', reason: 'tool_calls' },
    ];
    const added = { type: 'response.output_item.added', item: { ...commentary, content: [] } };
    const delta = { type: 'response.output_text.delta', item_id: 'm1', delta: 'I look it up.' };
    const finished = [reasoning, commentary, call].map((item) => ({ type: 'response.output_item.done', item }));
    expect(await streamed(added, delta, ...finished, completed(reasoning, commentary, call))).toEqual(expected);
    expect(await whole({ status: 'completed', output: [reasoning, commentary, call] })).toEqual(expected);
  });

  it('says the answer after the remarks', async () => {
    const events = await whole({ status: 'completed', output: [commentary, answer] });
    expect(events).toEqual([
      { type: 'thought', kind: 'commentary', text: 'I look it up.' },
      { type: 'text', text: 'Hi' },
      { type: 'done', reason: 'stop', extra: { phase: 'final_answer' } },
    ]);
  });

  it('keeps what was thought before an answer for later questions, with the phase of the answer', async () => {
    const events = await streamed(
      { type: 'response.reasoning_summary_text.delta', delta: 'First ' },
      { type: 'response.reasoning_summary_text.delta', delta: 'this.' },
      { type: 'response.output_item.done', item: reasoning },
      { type: 'response.output_text.delta', delta: 'Hi', item_id: 'm2' },
      { type: 'response.output_item.done', item: answer },
      completed(reasoning, answer),
    );
    expect(events).toEqual([
      { type: 'thought', kind: 'thought', text: 'First this.' },
      { type: 'text', text: 'Hi' },
      {
        type: 'carried',
        isLasting: true,
        value: { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'abc' },
      },
      { type: 'done', reason: 'stop', extra: { phase: 'final_answer' } },
    ]);
  });

  it('names each source once', async () => {
    const annotations = [
      { type: 'url_citation', url: 'https://example.com/', title: 'Example', start_index: 0, end_index: 2 },
      { type: 'file_citation', file_id: 'file-1', filename: 'handbook.pdf', index: 0 },
    ];
    const item = { ...answer, content: [{ type: 'output_text', text: 'Hi', annotations }] };
    const sources = [
      { type: 'citation', title: 'Example', url: 'https://example.com/' },
      { type: 'citation', title: 'handbook.pdf', url: null },
    ];
    const events = await streamed({ type: 'response.output_item.done', item }, completed(item));
    expect(events.filter(({ type }) => type === 'citation')).toEqual(sources);
    expect((await whole({ output: [item] })).filter(({ type }) => type === 'citation')).toEqual(sources);
  });

  it.each<[string, object, object]>([
    ['arguments as an object', { arguments: { x: 1 } }, {}],
    ['no id of the call', { call_id: undefined }, { callId: 'fc' }],
    ['fields of the service', { thought_signature: 'sig' }, { extra: { thought_signature: 'sig' } }],
  ])('reads a call with %s once', async (_name, changes, expected) => {
    const item = { ...call, ...changes };
    expect(await streamed({ type: 'response.output_item.done', item }, completed(item))).toEqual([
      { ...called, ...expected },
      { type: 'done', reason: 'tool_calls' },
    ]);
  });

  it('reads what was taken from the cache and what was written into it', async () => {
    const usage = {
      input_tokens: 1000,
      input_tokens_details: { cached_tokens: 600, cache_write_tokens: 300 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 5 },
    };
    expect(await whole({ status: 'completed', output: [answer], usage })).toContainEqual({
      type: 'usage',
      usage: { inputTokens: 1000, cachedTokens: 600, cacheWriteTokens: 300, outputTokens: 20, reasoningTokens: 5 },
    });
  });

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['something new', 'length'],
  ])('reads an answer that is incomplete for %s as cut by %s, without its calls', async (reason, expected) => {
    const response = { status: 'incomplete', incomplete_details: { reason }, output: [answer, call] };
    expect(await streamed({ type: 'response.incomplete', response })).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'done', reason: expected },
    ]);
  });

  it.each<[string, string]>([
    ['', '{"error":{"code":429,"message":"Busy"}}'],
    ['error', '{"type":"error","code":"rate_limit_exceeded","message":"Busy"}'],
    [
      'response.failed',
      '{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded"}}}',
    ],
  ])('fails at an error in the stream (%s)', async (event, data) => {
    await expect(drained((reader) => reader.event(event, data))).rejects.toMatchObject({
      code: 'PROVIDER_RATE_LIMITED',
    });
  });
});

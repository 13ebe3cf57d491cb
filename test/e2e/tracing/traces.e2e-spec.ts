import { ChatServer } from '../../support/chat-server.js';
import { Collector } from '../../support/tracing/collector.js';
import type { ReceivedSpan } from '../../support/tracing/otlp-reader.js';
import { call, orderTool, SECRET, secretsNamed, ToolServer, toolsOf, welcomeBotOf } from '../tools/tools.support.js';

/** A caller's trace: its id, its span, and the header that says so. */
const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = (traceId: string, flags = '01'): string => `00-${traceId}-${CALLER.spanId}-${flags}`;
let traces = 0;
const newTraceId = (): string => (++traces).toString(16).padStart(32, 'a');

const named = (spans: ReceivedSpan[], start: string): ReceivedSpan[] =>
  spans.filter(({ name }) => name.startsWith(start));
const has = (start: string) => (spans: ReceivedSpan[]) => named(spans, start).length > 0;

describe('traces', () => {
  const collector = new Collector();
  const tools = new ToolServer();
  let server: ChatServer;

  beforeAll(async () => {
    await Promise.all([collector.start(), tools.start()]);
    server = await ChatServer.start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=one%20tenant',
      OTEL_SERVICE_NAME: 'chat',
      OUTBOUND_ALLOW_HOSTS: tools.host,
    });
    const tool = orderTool(tools, secretsNamed('authorization'));
    await server.asAdmin('POST', toolsOf(await welcomeBotOf(server)), tool);
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await Promise.all([collector.stop(), tools.stop()]);
  });
  beforeEach(() => {
    server.provider.script('default', {
      text: 'Your order is on its way.',
      tool: call('find_order', { order: 'o-17' }),
    });
    tools.answer('/orders', { message: 'Shipped on Monday.' });
  });

  it('tells a streamed turn with a tool as one tree below the caller', async () => {
    const chatId = await server.createChat();
    const { traceId } = CALLER;
    const headers = { traceparent: traceparent(traceId), tracestate: 'vendor=1' };
    const stream = await server.stream(chatId, 'Where is my parcel?', headers);
    await stream.untilEnd();
    const spans = await collector.trace(traceId, (found) => has('turn')(found) && has('POST ')(found));
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const parentOf = (span: ReceivedSpan): string => byId.get(span.parentId)?.name ?? span.parentId;
    const [request] = named(spans, 'POST ');
    const [turn] = named(spans, 'turn');
    const calls = named(spans, 'chat ');
    const [tool] = named(spans, 'execute_tool');
    expect(request).toMatchObject({
      name: 'POST /api/chats/:chatId/completions',
      kind: 2,
      parentId: CALLER.spanId,
      service: 'chat',
      attributes: { 'http.response.status_code': 200, 'http.route': '/api/chats/:chatId/completions' },
    });
    expect(turn).toMatchObject({ parentId: request!.spanId, attributes: { 'baton.turn.status': 'completed' } });
    expect(calls.map(parentOf)).toEqual(['turn', 'turn']);
    expect(calls[0]).toMatchObject({ name: 'chat fake-large', kind: 3, attributes: { 'baton.attempt': 1 } });
    expect(calls[1]).toMatchObject({ events: ['first text'] });
    expect(calls[1]!.attributes['gen_ai.usage.output_tokens']).toBeGreaterThan(0);
    expect(tool).toMatchObject({
      name: 'execute_tool find_order',
      kind: 3,
      attributes: { 'baton.tool.outcome': 'ok' },
    });
    expect(parentOf(tool!)).toBe('turn');
    const statements = spans.filter(({ attributes }) => 'db.system.name' in attributes);
    expect(statements.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringMatching(/^SELECT \w+/)]));
    // Nothing is lost on the way from one span to the next, and a child lies within the trace.
    expect(spans.filter((span) => span !== request).map(parentOf)).not.toContainEqual(
      expect.stringMatching(/^[0-9a-f]{16}$/),
    );
    expect(collector.headers[0]).toMatchObject({ 'x-tenant': 'one tenant', 'content-type': 'application/x-protobuf' });

    // The model service and the tool are told whose call it is: their spans go below ours.
    const sent = server.provider.journal.requests.slice(-2).map(({ headers: each }) => each['traceparent']);
    expect(sent).toEqual(calls.map(({ spanId }) => `00-${traceId}-${spanId}-01`));
    expect(server.provider.journal.last!.headers['tracestate']).toBe('vendor=1');
    expect(tools.requests.at(-1)!.headers).toMatchObject({ traceparent: `00-${traceId}-${tool!.spanId}-01` });
  });

  it('says nothing of texts, keys and chats that people alone may know', async () => {
    const chatId = await server.createChat();
    const traceId = newTraceId();
    const secret = 'a-word-to-be-hidden';
    server.provider.script('default', { text: `I say ${secret}`, tool: call('find_order', { order: secret }) });
    tools.answer('/orders', { message: secret });
    const stream = await server.stream(chatId, secret, { traceparent: traceparent(traceId) });
    await stream.untilEnd();
    const spans = await collector.trace(traceId, has('POST '));
    const told = JSON.stringify(spans, (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
    for (const hidden of [secret, SECRET, 'sk-fake', 'very-secret']) expect(told).not.toContain(hidden);
  });

  it('names the trace in problems', async () => {
    const traceId = newTraceId();
    const { status, body } = await server.call('GET', '/api/chats/none', undefined, {
      traceparent: traceparent(traceId),
    });
    expect(status).toBe(404);
    expect(body).toMatchObject({ traceId, code: 'NOT_FOUND' });
    const [span] = named(await collector.trace(traceId, has('GET ')), 'GET ');
    expect(span).toMatchObject({ status: 0, attributes: { 'http.response.status_code': 404 } });
  });

  it('keeps a queued turn in the trace of its own message, and says what it waited for', async () => {
    const chatId = await server.createChat();
    server.provider.script('default', { text: 'One after the other, please.', tokens: 10, delay: 20 });
    const [first, second] = [newTraceId(), newTraceId()];
    const stream = await server.stream(chatId, 'First', { traceparent: traceparent(first) });
    await stream.until((events) => events.some(({ type }) => type === 'message.delta'));
    await server.complete(chatId, 'Second', { traceparent: traceparent(second) });
    await stream.untilEnd();
    const [before] = named(await collector.trace(first, has('turn')), 'turn');
    const [after] = named(await collector.trace(second, has('turn')), 'turn');
    expect(after!.links).toEqual([{ traceId: first, spanId: before!.spanId }]);
  });

  it('passes on what the caller does not want recorded, and records nothing of it', async () => {
    const chatId = await server.createChat();
    const [unwanted, wanted] = [newTraceId(), newTraceId()];
    await server.complete(chatId, 'Hello', { traceparent: traceparent(unwanted, '00') });
    expect(server.provider.journal.last!.headers['traceparent']).toMatch(
      new RegExp(`^00-${unwanted}-[0-9a-f]{16}-00$`),
    );
    await server.complete(chatId, 'Hello', { traceparent: traceparent(wanted) });
    await collector.trace(wanted, has('turn'));
    expect(collector.of(unwanted)).toEqual([]);
  });

  it.each(['nonsense', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${'g'.repeat(32)}-00f067aa0ba902b7-01`])(
    'begins a trace of its own where the caller says %s',
    async (header) => {
      const { body } = await server.call('GET', '/api/chats/none', undefined, { traceparent: header });
      expect(body['traceId']).toMatch(/^[0-9a-f]{32}$/);
      expect(header).not.toContain(body['traceId']);
      await collector.trace(String(body['traceId']), has('GET '));
    },
  );
});

import type { ChatEventEnvelope } from '@app/contracts';
import { gzipSync } from 'node:zlib';
import type { ChatServer } from '../../support/chat-server.js';
import { Person, type EventsPage } from '../takeover/takeover.support.js';
import { call, SECRET, offeredTools, toolEvents, toolOutputs, ToolSetup, type ToolServer } from './tools.support.js';

describe('tools that are called by their addresses', () => {
  let setup: ToolSetup;
  let tools: ToolServer;
  let server: ChatServer;
  let agent: Person;
  let botId: string;

  beforeAll(async () => {
    setup = await ToolSetup.start();
    ({ tools, server, agent, botId } = setup);
  });
  afterEach(() => setup.reset());
  afterAll(() => setup.stop());

  const logOf = async (chatId: string): Promise<ChatEventEnvelope[]> =>
    (await server.call<EventsPage>('GET', `/api/chats/${chatId}/events?limit=500`)).body.items;
  const outcomesOf = (events: ChatEventEnvelope[]): unknown[] =>
    events.flatMap((event) => (event.type === 'tool.returned' ? [event.data.outcome] : []));

  it('are sent the arguments and their secret headers; the model is told the message', async () => {
    await setup.addTool('find_order', { secretHeaders: [{ name: 'Authorization', value: SECRET }] });
    tools.answer('/find_order', { message: 'Sent on Monday.', variables: { status: 'sent' }, internal: 7 });
    setup.script({ rounds: [[call('find_order', { order: 'A-17' })]] });
    const chatId = await server.createChat();
    const answer = await server.complete(chatId, 'Where is my order?');
    expect(answer).toMatchObject({ status: 200, body: { assistantMessage: 'Done.' } });
    expect(tools.requests).toMatchObject([
      { path: '/find_order', json: { order: 'A-17' }, headers: { authorization: SECRET, accept: 'application/json' } },
    ]);
    expect(offeredTools(server.provider.journal.requests.at(-2)!)).toEqual(['find_order']);
    expect(toolOutputs(server.provider.journal.last!)).toEqual(['Sent on Monday.']);
    expect(await setup.variablesOf(chatId)).toEqual({ order: 'A-17', status: 'sent' });
    expect(JSON.stringify(server.provider.journal.requests)).not.toContain('very-secret');
  });

  it('stand in the log in order; what they are told and answer is for agents', async () => {
    await setup.addTool('find_order');
    tools.answer('/find_order', { message: 'Sent on Monday.' });
    setup.script({ rounds: [[call('find_order', { order: 'A-17' })]], sayBeforeTools: ['Let me ', 'look. '] });
    const chatId = await server.createChat();
    const desk = await agent.connect();
    await desk.client.watch(chatId);
    const guest = await server.follow(chatId);
    const colleague = await server.follow(chatId);
    const stream = await server.stream(chatId, 'Where is my order?');
    await stream.untilEnd();
    expect(stream.text()).toBe('Let me look. Done.');

    const all = await agent.log(chatId);
    expect(all.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'message.created'],
      [2, 'turn.started'],
      [3, 'tool.called'],
      [4, 'tool.returned'],
      [5, 'message.completed'],
      [6, 'turn.ended'],
    ]);
    const shared = { turnId: expect.any(String) as string, callId: expect.any(String) as string, tool: 'find_order' };
    const milliseconds = expect.any(Number) as number;
    expect(all[2]).toMatchObject({ actor: { kind: 'bot', id: botId }, data: { arguments: '{"order":"A-17"}' } });
    expect(all[3]!.data).toEqual({ ...shared, outcome: 'ok', output: 'Sent on Monday.', milliseconds });

    const hidden = [
      { ...shared, arguments: null },
      { ...shared, outcome: 'ok', output: null, milliseconds },
    ];
    expect(toolEvents(await logOf(chatId)).map(({ data }) => data)).toEqual(hidden);
    expect(toolEvents(stream.numbered()).map(({ data }) => data)).toEqual(hidden);
    for (const reader of [guest, colleague]) {
      await reader.until((events) => events.some(({ type }) => type === 'turn.ended'));
      expect(toolEvents(reader.numbered()).map(({ data }) => data)).toEqual(hidden);
      expect(reader.text()).toBe('Let me look. Done.');
      await reader.close();
    }
    await desk.until((seen) => seen.hasEvent('turn.ended'));
    expect(desk.events.filter(({ type }) => type.startsWith('tool.'))).toEqual(toolEvents(all));
    desk.close();
    const customer = await Person.create(server, 'Cleo', ['user']);
    const customersDesk = await customer.connect();
    await customersDesk.client.watch(chatId);
    expect(toolEvents(customersDesk.events).map(({ data }) => data)).toEqual(hidden);
    customersDesk.close();
    // A reader that was away comes back in the middle.
    const resumed = await server.follow(chatId, stream.events.find(({ type }) => type === 'tool.called')!.id!);
    await resumed.until((events) => events.some(({ type }) => type === 'turn.ended'));
    expect(resumed.numbered().map(({ seq }) => seq)).toEqual([4, 5, 6]);
    await resumed.close();
  });

  it('are called at once, and answered in the order of the calls', async () => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await setup.addTool(name);
    let waiting: (() => void)[] = [];
    for (const name of names)
      tools.answer(`/${name}`, (response) => {
        waiting.push(() => response.end(JSON.stringify({ message: `It is ${name}.`, variables: { last: name } })));
        // Answers only when all were called; the last one first.
        if (waiting.length < names.length) return;
        for (const send of waiting.toReversed()) send();
        waiting = [];
      });
    setup.script({ rounds: [names.map((name) => call(name, { [name]: true }))] });
    const chatId = await server.createChat();
    await server.complete(chatId, 'All of them');
    expect(toolOutputs(server.provider.journal.last!)).toEqual(names.map((name) => `It is ${name}.`));
    expect(await setup.variablesOf(chatId)).toMatchObject({
      one: true,
      two: true,
      three: true,
      last: expect.any(String),
    });
    const events = toolEvents(await agent.log(chatId));
    expect(events.map(({ type }) => type)).toEqual([
      ...names.map(() => 'tool.called'),
      ...names.map(() => 'tool.returned'),
    ]);
  });

  it('are called in five rounds at most: then the model has to speak', async () => {
    await setup.addTool('again');
    tools.answer('/again', { message: 'Again.' });
    setup.script({ rounds: Array.from({ length: 9 }, (_, round) => [call('again', { round })]) });
    const chatId = await server.createChat();
    expect((await server.complete(chatId, 'Go on')).body['assistantMessage']).toBe('Done.');
    expect(tools.requests.map(({ json }) => json)).toEqual([0, 1, 2, 3, 4].map((round) => ({ round })));
    expect(server.provider.journal.requests.map((request) => offeredTools(request).length)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(await setup.variablesOf(chatId)).toEqual({ round: 4 });
  });

  it('that are not there, or called in a way that makes no sense, are an error to the model', async () => {
    await setup.addTool('known');
    tools.answer('/known', { message: 'Fine.' });
    const calls = [call('unknown', { a: 1 }), call('known', '{"half":'), call('known', '[1]'), call('known', '')];
    setup.script({ rounds: [calls, Array.from({ length: 9 }, () => call('known'))] });
    const chatId = await server.createChat();
    expect((await server.complete(chatId, 'Try')).status).toBe(200);
    const log = await agent.log(chatId);
    const returned = outcomesOf(log);
    expect(returned.slice(0, 4).toSorted()).toEqual(['bad_arguments', 'bad_arguments', 'ok', 'unknown_tool']);
    expect(returned.slice(4).filter((outcome) => outcome === 'ok')).toHaveLength(8);
    expect(returned.slice(4).filter((outcome) => outcome === 'too_many_calls')).toHaveLength(1);
    expect(toolOutputs(server.provider.journal.requests[1]!)).toEqual([
      expect.stringMatching(/^Error: There is no tool/),
      expect.stringMatching(/^Error: /),
      expect.stringMatching(/^Error: /),
      'Fine.',
    ]);
    expect(await setup.variablesOf(chatId)).toEqual({});
  });

  it.each<[string, (tools: ToolServer) => object, string]>([
    ['a private address', () => ({ url: 'http://127.0.0.1:1/' }), 'refused_address'],
    ['a redirect', (to) => ({ url: to.urlOf('/redirect') }), 'redirect'],
    ['ten megabytes', (to) => ({ url: to.urlOf('/large') }), 'too_large'],
    ['a packed bomb', (to) => ({ url: to.urlOf('/bomb') }), 'not_json'],
    ['a page', (to) => ({ url: to.urlOf('/html') }), 'not_json'],
    ['an answer that never comes', (to) => ({ url: to.urlOf('/silent'), timeoutMs: 200 }), 'too_slow'],
    ['a failure', (to) => ({ url: to.urlOf('/broken') }), 'bad_status'],
    ['a broken connection', (to) => ({ url: to.urlOf('/reset') }), 'unreachable'],
  ])(
    'answer with %s: an error to the model, an event in the log, and the turn goes on',
    async (_, changes, outcome) => {
      tools
        .answer('/redirect', (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end())
        .answer('/large', (response) => response.end(Buffer.alloc(10_000_000, '1')))
        .answer('/bomb', (response) =>
          response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(20_000_000, ' '))),
        )
        .answer('/html', (response) => response.end('<!doctype html><title>internal-name</title>'))
        .answer('/broken', (response) => response.writeHead(500).end('{"message":"internal-name"}'))
        .answer('/reset', (response) => response.destroy());
      await setup.addTool('odd', changes(tools));
      setup.script({ rounds: [[call('odd', { asked: 'yes' })]] });
      const chatId = await server.createChat();
      const answer = await server.complete(chatId, 'Try it');
      expect(answer).toMatchObject({ status: 200, body: { assistantMessage: 'Done.' } });
      const returned = (await agent.log(chatId)).find(({ type }) => type === 'tool.returned');
      expect(returned?.data).toMatchObject({
        tool: 'odd',
        outcome,
        output: expect.stringMatching(/^Error: /) as string,
      });
      expect(toolOutputs(server.provider.journal.last!)).toEqual([(returned!.data as { output: string }).output]);
      expect(JSON.stringify(returned)).not.toMatch(/127\.0\.0\.1|internal-name|169\.254/);
      expect(await setup.variablesOf(chatId)).toEqual({ asked: 'yes' });
    },
  );

  it('answer as they like: text, nothing, other JSON, long messages', async () => {
    const answers = {
      plain: { message: 'Yes.' },
      other: { a: [1, null] },
      list: [1],
      long: { message: '🙂'.repeat(9000) },
    };
    for (const [name, answer] of Object.entries(answers)) {
      await setup.addTool(name);
      tools.answer(`/${name}`, answer);
    }
    await setup.addTool('nothing');
    tools.answer('/nothing', (response) => response.writeHead(204).end());
    await setup.addTool('note_only', { url: null });
    const names = [...Object.keys(answers), 'nothing', 'note_only'];
    setup.script({ rounds: [names.map((name) => call(name, { [name]: 1 }))] });
    const chatId = await server.createChat();
    await server.complete(chatId, 'All');
    const [plain, other, list, long, nothing, noted] = toolOutputs(server.provider.journal.last!) as string[];
    expect([plain, other, list]).toEqual(['Yes.', '{"a":[1,null]}', '[1]']);
    expect(long).toMatch(/^(🙂){4000}… \(cut\)$/u);
    expect(nothing).not.toBe('');
    expect(noted).toBe('The values were noted.');
    expect(await setup.variablesOf(chatId)).toMatchObject({ note_only: 1 });
  });

  it('are offered as they are now: not when they are switched off or taken away', async () => {
    const id = await setup.addTool('known');
    const path = `/api/admin/bots/${botId}/tools/${id}`;
    const ask = async (): Promise<string[]> => {
      await server.complete(await server.createChat(), 'Hello');
      return offeredTools(server.provider.journal.last!);
    };
    expect(await ask()).toEqual(['known']);
    const { body: tool } = await server.asAdmin('GET', path);
    const { name, description, parameters, url } = tool;
    await server.asAdmin('PUT', path, { name: 'renamed', description, parameters, url });
    expect(await ask()).toEqual(['renamed']);
    await server.asAdmin('PUT', path, { name, description, parameters, url, isActive: false });
    expect(await ask()).toEqual([]);
    await server.asAdmin('PUT', path, { name, description, parameters, url });
    expect(await ask()).toEqual([]);
    await server.asAdmin('DELETE', path);
    expect(await ask()).toEqual([]);
  });
});

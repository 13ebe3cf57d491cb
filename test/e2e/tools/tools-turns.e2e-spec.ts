import { ADMIN_KEY, type ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { Person } from '../takeover/takeover.support.js';
import { call, SECRET, toolEvents, toolOutputs, ToolSetup, type ToolServer } from './tools.support.js';

describe('tools and the turns that call them', () => {
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

  it('are given up when a person takes over: nothing is stored afterwards', async () => {
    await setup.addTool('slow');
    await setup.addTool('quick');
    tools.answer('/quick', { message: 'Quick.', variables: { quick: true } });
    setup.script({ rounds: [[call('slow', { told: 'before' }), call('quick')]] });
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'Do it');
    await stream.until((events) => events.some(({ type }) => type === 'tool.returned'));
    expect((await agent.act(chatId, 'claim')).status).toBe(200);
    await stream.untilEnd();
    await eventually(() => tools.abandoned.includes('/slow'));
    expect(stream.events.at(-1)).toMatchObject({ type: 'turn.ended', data: { data: { status: 'interrupted' } } });
    const log = await agent.log(chatId);
    expect(log.map(({ type }) => type)).toEqual([
      'message.created',
      'turn.started',
      'tool.called',
      'tool.called',
      'tool.returned',
      'turn.ended',
      'ownership.changed',
    ]);
    expect(await setup.variablesOf(chatId)).toEqual({ told: 'before', quick: true });
    const { requests } = server.provider.journal;
    expect(requests.filter(({ userMessage }) => userMessage === 'Do it')).toHaveLength(1);
    await agent.act(chatId, 'end');
  });

  it('are given up when the customer stops the answer', async () => {
    await setup.addTool('slow');
    setup.script({ rounds: [[call('slow')]] });
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'Do it');
    await stream.until((events) => events.some(({ type }) => type === 'tool.called'));
    expect((await server.call('POST', `/api/chats/${chatId}/turns/current/stop`)).status).toBe(200);
    await stream.untilEnd();
    await eventually(() => tools.abandoned.includes('/slow'));
    expect((await agent.log(chatId)).map(({ type }) => type).slice(2)).toEqual(['tool.called', 'turn.ended']);
    setup.script({});
    expect((await server.complete(chatId, 'And now?')).body['assistantMessage']).toBe('Done.');
  });

  it("stand beside the bot's own wish for a person, which is no event of a tool", async () => {
    await setup.addTool('known');
    tools.answer('/known', { message: 'Fine.' });
    const path = `/api/admin/bots/${botId}/takeoverPolicy`;
    const { body: policy } = await server.asAdmin('GET', path);
    await server.asAdmin('PUT', path, { ...policy, isOfferedToBot: true });
    setup.script({ rounds: [[call('hand_to_human', { reason: 'wish' }), call('known')]] });
    const chatId = await server.createChat();
    await server.complete(chatId, 'Help');
    const log = await agent.log(chatId);
    expect(toolEvents(log).map(({ data }) => (data as { tool: string }).tool)).toEqual(['known', 'known']);
    expect(log.at(-1)).toMatchObject({ type: 'ownership.changed', data: { to: 'requested', reason: 'bot_tool' } });
    expect(toolOutputs(server.provider.journal.last!)).toEqual([expect.stringContaining('person'), 'Fine.']);
    await server.asAdmin('PUT', path, policy);
  });

  it('are in the trace, with their arguments, outcomes and times', async () => {
    await setup.addTool('known', { secretHeaders: [{ name: 'X-Key', value: SECRET }] });
    tools.answer('/known', { message: 'Fine.' });
    setup.script({ rounds: [[call('known', { a: 1 }), call('unknown')]] });
    const chatId = await server.createChat();
    const body = { userMessage: 'Trace it', isTraceLogEnabled: true };
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const answer = await server.call('POST', `/api/chats/${chatId}/completions`, body, headers);
    const trace = JSON.parse(String(answer.body['traceLog'])) as Record<string, unknown>;
    expect(trace['tools']).toEqual(['known']);
    const times = { milliseconds: expect.any(Number) as number, callId: expect.any(String) as string };
    expect(trace['toolCalls']).toEqual(
      expect.arrayContaining([
        { ...times, tool: 'known', arguments: '{"a":1}', outcome: 'ok', output: 'Fine.' },
        { ...times, tool: 'unknown', arguments: '{}', outcome: 'unknown_tool', output: expect.any(String) as string },
      ]),
    );
    expect(JSON.stringify(answer.body)).not.toContain('very-secret');
  });

  it('leave nothing of what they were told when the completion is deleted', async () => {
    await setup.addTool('known');
    tools.answer('/known', { message: 'Private answer.' });
    setup.script({ rounds: [[call('known', { iban: 'private-number' })]] });
    const owner = await Person.create(server, 'Olga', ['user']);
    const chatId = await server.createChat(owner.headers);
    const completion = await server.complete(chatId, 'Do it', owner.headers);
    const kept = await server.complete(chatId, 'Once more', owner.headers);
    const path = `/api/users/current/chats/${chatId}/completion`;
    expect((await owner.call('DELETE', `${path}/${String(completion.body['completionId'])}`)).status).toBe(200);
    const events = toolEvents(await agent.log(chatId));
    const contents = events.map(({ data }) =>
      'outcome' in data ? data.output : (data as { arguments: unknown }).arguments,
    );
    expect(contents).toEqual([null, null, '{"iban":"private-number"}', 'Private answer.']);
    await owner.call('DELETE', `${path}/${String(kept.body['completionId'])}`);
    expect(JSON.stringify(await agent.log(chatId))).not.toMatch(/private/i);
    expect((await owner.call('DELETE', `/api/chats/${chatId}`)).status).toBe(200);
  });

  it('give variables to those who hold the chat and to agents alone', async () => {
    await setup.addTool('known');
    tools.answer('/known', { variables: { b: { deep: [1, 'ü'] }, 'a b': 2, ' odd ': 1, n: 1e21, nothing: null } });
    setup.script({ rounds: [[call('known', { b: 'replaced', c: false })]] });
    const owner = await Person.create(server, 'Olga', ['user']);
    const chatId = await server.createChat(owner.headers);
    await server.complete(chatId, 'Do it', owner.headers);
    const path = `/api/chats/${chatId}/variables`;
    const variables = { b: { deep: [1, 'ü'] }, 'a b': 2, c: false, n: 1e21, nothing: null };
    expect((await owner.call('GET', path)).body).toEqual({ variables });
    expect((await agent.call('GET', path)).body).toEqual({ variables });
    expect((await server.call('GET', path)).status).toBe(404);
    const stranger = await Person.create(server, 'Sam', ['user']);
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await agent.call('GET', '/api/chats/nowhere/variables')).status).toBe(404);
  });
});

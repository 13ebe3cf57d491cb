import { expectedText, type Scenario } from '../../support/fake-provider/fake-provider.mjs';
import { FallbackServer, SECOND } from './fallback.support.js';

const AN_HOUR_LATER = new Date(Date.now() + 3_600_000).toUTCString();

/** What the first service does, and how often it is asked. */
const FAILURES: [string, Scenario, number][] = [
  ['an error of the server', { status: 500 }, 2],
  ['an overload', { status: 529, code: 'overloaded_error' }, 2],
  ['a connection that breaks', { reset: true }, 1],
  ['silence', { hang: true }, 1],
  ['a page instead of an answer', { html: true }, 1],
  ['a refused key', { status: 401 }, 1],
  ['a quota that is used up', { quota: true }, 1],
  ['a model that is gone', { modelNotFound: true }, 1],
  ['a limit for an hour, in seconds', { status: 429, retryAfter: 3600 }, 1],
  ['a limit for an hour, as a date', { status: 429, retryAfter: AN_HOUR_LATER }, 1],
  ['a limit for an hour, by its reset', { status: 429, headers: { 'x-ratelimit-reset-tokens': '1h0m0s' } }, 1],
  ['a conversation that is too long', { status: 400, code: 'context_length_exceeded' }, 1],
];

describe('a bot with a second service', () => {
  const app = new FallbackServer();
  beforeAll(() => app.start({ PROVIDER_IDLE_TIMEOUT_SECONDS: '1' }), 60_000);
  afterAll(() => app.stop());
  beforeEach(() => app.renew());

  describe.each(['whole', 'streamed'])('answers %s through it', (form) => {
    it.each(FAILURES)('after %s', async (_what, scenario, calls) => {
      app.first.script('default', scenario);
      const chatId = await app.server.createChat();
      if (form === 'whole') {
        expect(await app.server.complete(chatId, 'Hello')).toMatchObject({
          status: 200,
          body: { assistantMessage: SECOND },
        });
      } else {
        const stream = await app.server.stream(chatId, 'Hello');
        await stream.untilEnd();
        expect(stream.text()).toBe(SECOND);
      }
      expect(app.first.journal.count).toBe(calls);
      expect(app.second.journal.count).toBe(1);
      const turns = await app.query('SELECT service_id, model, attempts, status FROM turns WHERE chat_id = ?', chatId);
      expect(turns).toEqual([
        { service_id: app.secondId, model: 'fake-second', attempts: calls + 1, status: 'completed' },
      ]);
    });
  });

  it('does not ask it while the first one works', async () => {
    const { answer, calls } = await app.trace('Hello');
    expect(answer).toMatchObject({ status: 200, body: { assistantMessage: expectedText('Hello') } });
    expect(calls).toEqual([expect.objectContaining({ serviceId: app.firstId, model: 'fake-large', outcome: 'ok' })]);
    expect(app.second.journal.count).toBe(0);
  });

  it('does not offer it what the first one refuses for its content', async () => {
    app.first.script('default', { status: 400, code: 'content_filter' });
    expect(await app.ask('Hello')).toMatchObject({ status: 422, body: { code: 'PROVIDER_CONTENT_FILTERED' } });
    expect(app.second.journal.count).toBe(0);
  });

  it.each<[string, Scenario]>([
    ['a connection that breaks', { reset: 3 }],
    ['an end without an end', { half: 3 }],
    ['silence', { stall: 3 }],
    ['an error', { error: 'server_error' }],
    ['nonsense', { malformed: 3 }],
  ])('keeps the text that was shown, and asks no other service, after %s', async (_what, scenario) => {
    app.first.script('default', { tokens: 10, ...scenario });
    const stream = await app.server.stream(await app.server.createChat(), 'Hello');
    await stream.untilEnd();
    expect(stream.text()).not.toBe('');
    expect(expectedText('Hello', { tokens: 10 })).toContain(stream.text());
    expect(stream.numbered().at(-1)).toMatchObject({ type: 'turn.ended', data: { status: 'failed' } });
    expect([app.first.journal.count, app.second.journal.count]).toEqual([1, 0]);
  });

  it('traces every attempt, in order, with its outcome', async () => {
    app.first.script('default', { status: 500, fail: 1 });
    const once = await app.trace('Hello');
    expect(once.calls.map(({ serviceId, outcome }) => [serviceId, outcome])).toEqual([
      [app.firstId, 'PROVIDER_ERROR'],
      [app.firstId, 'ok'],
    ]);
    app.first.script('default', { status: 429, retryAfter: 600 });
    expect((await app.trace('one')).calls.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      'PROVIDER_RATE_LIMITED',
      'limited',
      'ok',
    ]);
    // Remembered: the next turn does not run into it.
    expect((await app.trace('two')).calls.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['limited', 'ok']);
  });

  it('fails with the last failure when no service can answer', async () => {
    app.first.script('default', { status: 500 });
    app.second.script('default', { status: 401 });
    expect(await app.ask('Hello')).toMatchObject({ status: 502, body: { code: 'PROVIDER_AUTH_FAILED' } });
  });

  it('leaves out a service that is switched off', async () => {
    await app.renew({ isActive: false });
    const { answer, calls } = await app.trace('Hello');
    expect(answer).toMatchObject({ body: { assistantMessage: SECOND } });
    expect(calls).toHaveLength(1);
  });

  it('goes on elsewhere after a tool was called, with its result', async () => {
    await app.admin('POST', `/api/admin/bots/${app.botId}/tools`, {
      name: 'note',
      description: '',
      parameters: { type: 'object', properties: {} },
      url: null,
    });
    app.first.script((_message, body) => JSON.stringify(body).includes('function_call_output'), { status: 401 });
    app.first.script((_message, body) => !JSON.stringify(body).includes('function_call_output'), {
      tool: { name: 'note', arguments: '{}' },
    });
    const { answer, calls } = await app.trace('Hello');
    expect(answer).toMatchObject({ status: 200, body: { assistantMessage: SECOND } });
    expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'PROVIDER_AUTH_FAILED', 'ok']);
    expect(JSON.stringify(app.second.journal.last!.body)).toMatch(/function_call_output|tool_call_id/);
  });
});

import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { eventually } from '../../support/eventually.js';
import { FallbackServer, SECOND } from './fallback.support.js';

const RUNNING = 'baton_model_calls_running';
const WAITING = 'baton_model_calls_waiting';
const BUSY = { status: 503, body: { code: 'MODEL_SERVICE_UNAVAILABLE' } };

describe('the gate of a service', () => {
  const app = new FallbackServer();
  beforeAll(
    () =>
      app.start({ PROVIDER_BREAKER_FAILURES: '4', PROVIDER_BREAKER_SECONDS: '3600', PROVIDER_FALLBACK_SECONDS: '0' }),
    60_000,
  );
  afterAll(() => app.stop());
  beforeEach(async () => {
    await app.renew();
    await app.setFallbacks([]);
  });

  const claim = (chatId: string): Promise<unknown> => app.admin('POST', `/api/takeover/chats/${chatId}/claim`, {});
  const untilFree = async (): Promise<void> => {
    await eventually(async () => (await app.figure(RUNNING)) + (await app.figure(WAITING)) === 0);
  };
  const firstCalls = (): number => app.first.journal.count;

  it('opens after failures in a row: then the service is not called, and the answer says when to try again', async () => {
    app.first.script('default', { status: 500 });
    for (let turn = 0; turn < 2; turn++) expect(await app.ask('Hello')).toMatchObject({ status: 502 });
    const refused = await app.ask('Hello');
    expect(refused).toMatchObject(BUSY);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(firstCalls()).toBe(4);
    await app.setFallbacks([{ openAiServiceId: app.secondId }]);
    const { answer, calls } = await app.trace('Hello');
    expect(answer).toMatchObject({ body: { assistantMessage: SECOND } });
    expect(calls).toMatchObject([{ outcome: 'skipped', reason: 'open' }, { outcome: 'ok' }]);
    // A change by an administrator gives the service another chance at once.
    await app.renew();
    expect(await app.ask('Hello')).toMatchObject({ body: { assistantMessage: expectedText('Hello') } });
  });

  it('lets through as many calls at once as the service may have, and all of them in the end', async () => {
    await app.renew({ maxConcurrency: 3, queueSeconds: 600 });
    app.first.script('default', { tokens: 4, delay: 2 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.ask('Hello')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(firstCalls()).toBe(50);
    expect(app.first.journal.mostRunning).toBeLessThanOrEqual(3);
    await untilFree();
  });

  it('sends what finds no place to the next service, or refuses it', async () => {
    await app.renew({ maxConcurrency: 1, queueSeconds: 0 });
    app.first.script('default', { hang: true });
    const chatId = await app.server.createChat();
    const stream = await app.server.stream(chatId, 'Hello');
    await app.first.journal.until(({ count }) => count > 0);
    expect(await app.ask('Hello')).toMatchObject(BUSY);
    await app.setFallbacks([{ openAiServiceId: app.secondId }]);
    expect(await app.ask('Hello')).toMatchObject({ body: { assistantMessage: SECOND } });
    await claim(chatId);
    await stream.untilEnd();
    expect(firstCalls()).toBe(1);
    await untilFree();
  });

  it('is left at once by a turn that is taken over while it waits for a place', async () => {
    await app.renew({ maxConcurrency: 1, queueSeconds: 600 });
    app.first.script('default', { hang: true });
    const [running, waiting] = [await app.server.createChat(), await app.server.createChat()];
    const streams = [await app.server.stream(running, 'Hello')];
    await app.first.journal.until(({ count }) => count > 0);
    streams.push(await app.server.stream(waiting, 'Hello'));
    await eventually(async () => (await app.figure(WAITING)) > 0);
    await claim(waiting);
    await streams[1]!.untilEnd();
    expect(streams[1]!.text()).toBe('');
    await eventually(async () => (await app.figure(WAITING)) === 0);
    await claim(running);
    await streams[0]!.untilEnd();
    expect(firstCalls()).toBe(1);
    await untilFree();
  });

  it('is left at once by a turn that is taken over while it waits for another attempt', async () => {
    app.first.script('default', { status: 429, retryAfter: 90 });
    const chatId = await app.server.createChat();
    const stream = await app.server.stream(chatId, 'Hello');
    await app.first.journal.until(({ count }) => count > 0);
    await claim(chatId);
    await stream.untilEnd();
    expect(stream.text()).toBe('');
    expect(firstCalls()).toBe(1);
    await untilFree();
  });

  it('obeys a waiting time that is a date', async () => {
    const retryAfter = new Date(Date.now() + 3000).toUTCString();
    app.first.script('default', { status: 429, retryAfter, fail: 1 });
    expect(await app.ask('Hello')).toMatchObject({ status: 200 });
    const [refused, answered] = app.first.journal.requests;
    expect(answered!.at).toBeGreaterThanOrEqual(Date.parse(retryAfter));
    expect(refused!.at).toBeLessThan(answered!.at);
  });

  it('does not wait longer than the turn may last', async () => {
    app.first.script('default', { status: 429, retryAfter: 1800 });
    const refused = await app.ask('Hello');
    expect(refused).toMatchObject({ status: 503, body: { code: 'PROVIDER_RATE_LIMITED' } });
    expect(refused.headers.get('retry-after')).toBe('1800');
    expect(await app.ask('Hello')).toMatchObject(BUSY);
    expect(firstCalls()).toBe(1);
  });

  it('keeps many turns from running into the limit that one has met', async () => {
    await app.renew({ maxConcurrency: 1, queueSeconds: 600 });
    app.first.script('default', { status: 429, retryAfter: 1800, delay: 20 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.ask('Hello')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 503));
    expect(firstCalls()).toBe(1);
  });
});

describe('a circuit that is open for a second', () => {
  const app = new FallbackServer();
  beforeAll(() => app.start({ PROVIDER_BREAKER_FAILURES: '2', PROVIDER_BREAKER_SECONDS: '1' }), 60_000);
  afterAll(() => app.stop());

  it('closes after a trial that worked', async () => {
    await app.renew();
    await app.setFallbacks([]);
    app.first.script('default', { status: 500 });
    expect(await app.ask('Hello')).toMatchObject({ status: 502 });
    expect(app.first.journal.count).toBe(2);
    app.first.reset();
    await eventually(
      () => app.ask('Hello'),
      ({ status }) => status === 200,
    );
    expect(await app.ask('Hello')).toMatchObject({ status: 200 });
  });
});

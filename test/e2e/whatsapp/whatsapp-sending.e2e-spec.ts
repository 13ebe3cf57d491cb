import type { ChatEventEnvelope } from '@app/contracts';
import { eventually } from '../../support/eventually.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import type { TwilioFault } from '../../support/fake-twilio.mjs';
import { Person } from '../takeover/takeover.support.js';
import { WhatsApp, type Customer, type OutboxItem } from './whatsapp.support.js';

const ATTEMPTS = 6;

let whatsapp: WhatsApp;
beforeAll(async () => (whatsapp = await WhatsApp.start({ WHATSAPP_SEND_ATTEMPTS: String(ATTEMPTS) })));
afterAll(() => whatsapp.stop());
afterEach(() => whatsapp.twilio.reset());

const methods = (): string[] => whatsapp.twilio.requests.map(({ method }) => method);
const requestsTo = (customer: Customer): number =>
  whatsapp.twilio.requests.filter(({ form }) => form['To'] === customer.from).length;
const failures = (log: ChatEventEnvelope[]): unknown[] =>
  log.filter(({ type }) => type === 'delivery.failed').map(({ data }) => data);
const untilDead = async (customer: Customer): Promise<OutboxItem> => {
  const dead = await eventually(
    () => customer.outbox('State=dead'),
    ({ length }) => length === 1,
  );
  return dead[0]!;
};

describe('a message to a customer', () => {
  it('is sent again when Twilio is busy, not before Twilio wishes', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext({ status: 429, code: 20429, retryAfter: 1 });
    await ada.say('Hello');
    expect(await ada.heard(1)).toEqual([expectedText('Hello')]);
    const [first, second] = whatsapp.twilio.requests;
    expect(methods()).toEqual(['POST', 'POST']);
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(1000);
  });

  it.each<[string, TwilioFault]>([
    ['Twilio fails', { status: 500, code: 20500 }],
    ['the connection breaks before Twilio has it', { reset: 'before' }],
    ['Twilio does not answer', { hang: true }],
  ])('is looked for and sent again when %s', async (_, fault) => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext(fault);
    await ada.say('Hello');
    expect(await ada.heard(1)).toEqual([expectedText('Hello')]);
    expect(methods()).toEqual(['POST', 'GET', 'POST']);
  });

  it('is not sent again when Twilio has it and could not say so', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext({ reset: 'after' });
    await ada.say('Hello');
    await eventually(async () => (await ada.outbox('State=sent')).length === 1);
    await ada.say('Go on');
    expect(await ada.heard(2)).toEqual([expectedText('Hello'), expectedText('Go on')]);
    expect(methods()).toEqual(['POST', 'GET', 'POST']);
    const sent = await eventually(
      () => ada.outbox('State=sent'),
      ({ length }) => length === 2,
    );
    expect(sent.map(({ sid }) => sid).toSorted()).toEqual(whatsapp.twilio.messages.map(({ sid }) => sid).toSorted());
  });

  it('is looked for again when Twilio does not let us look', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext({ reset: 'after' });
    whatsapp.twilio.failNextLooks({ status: 500, code: 20500 }, { status: 403, code: 20403 });
    await ada.say('Hello');
    const { id } = await untilDead(ada);
    await whatsapp.server.asAdmin('POST', `/api/admin/whatsapp/outbox/${id}/retry`);
    await eventually(async () => (await ada.outbox('State=sent')).length === 1);
    expect(methods()).toEqual(['POST', 'GET', 'GET', 'GET']);
    expect(ada.texts).toEqual([expectedText('Hello')]);
  });

  it('is sent although the same words were sent a moment ago', async () => {
    const ada = whatsapp.customer();
    const eve = await Person.create(whatsapp.server, 'Eve', ['user', 'agent']);
    await ada.say('Hello');
    await ada.heard(1);
    const chatId = await ada.chatId();
    await eve.act(chatId, 'claim');
    await eve.act(chatId, 'messages', { text: 'Yes.' });
    await ada.heard(2);
    whatsapp.twilio.failNext({ reset: 'before' });
    await eve.act(chatId, 'messages', { text: 'Yes.' });
    expect(await ada.heard(3)).toEqual([expectedText('Hello'), 'Yes.', 'Yes.']);
  });

  it('is kept in order while Twilio is away for a while', async () => {
    const ada = whatsapp.customer();
    let isAway = true;
    whatsapp.twilio.failWhen(() => (isAway ? { status: 503 } : undefined));
    await ada.say('One');
    await ada.say('Two');
    await eventually(() => requestsTo(ada) >= 2);
    expect((await ada.outbox('State=pending')).length).toBeGreaterThan(0);
    isAway = false;
    expect(await ada.heard(2)).toEqual([expectedText('One'), expectedText('Two')]);
  });

  it('follows no redirection', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext({ redirect: `${whatsapp.twilio.url}/elsewhere` });
    await ada.say('Hello');
    expect(await untilDead(ada)).toMatchObject({ errorCode: 'http_307', attempts: 1 });
    expect(whatsapp.twilio.requests.map(({ path }) => path)).not.toContain('/elsewhere');
  });

  it('is a dead letter after some attempts, which holds up nothing and which agents see', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failWhen(({ Body }) => (Body === expectedText('Lost') ? { status: 503 } : undefined));
    await ada.say('Lost');
    await ada.say('Not lost');
    expect(await ada.heard(1)).toEqual([expectedText('Not lost')]);
    const dead = await untilDead(ada);
    expect(dead).toMatchObject({ text: expectedText('Lost'), attempts: ATTEMPTS, errorCode: 'http_503', sid: null });
    const log = await ada.log();
    const { messageId } = log.find(({ type }) => type === 'message.completed')!.data as { messageId: string };
    expect(failures(log)).toEqual([{ channel: 'whatsapp', messageId, code: 'http_503', detail: expect.any(String) }]);
  });
});

describe('a dead letter', () => {
  it('is sent again when an administrator wishes', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext({ status: 400, code: 21211, message: "The 'To' number is not valid." });
    await ada.say('Hello');
    const { id, errorDetail } = await untilDead(ada);
    expect(errorDetail).toBe("The 'To' number is not valid.");
    const retry = (which: number | string) =>
      whatsapp.server.asAdmin('POST', `/api/admin/whatsapp/outbox/${which}/retry`);
    expect(await retry(id)).toMatchObject({ status: 200, body: {} });
    expect(await ada.heard(1)).toEqual([expectedText('Hello')]);
    await eventually(async () => (await ada.outbox('State=sent')).length === 1);
    expect(await retry(id)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    for (const unknown of [999_999_999, '99999999999999999999', 'nothing'])
      expect(await retry(unknown)).toMatchObject({ status: 404 });
  });

  it('is listed by state and customer', async () => {
    const list = (query: string) => whatsapp.server.asAdmin('GET', `/api/admin/whatsapp/outbox?${query}`);
    expect(await list('State=nonsense')).toMatchObject({ status: 400 });
    const all = (await list('PageSize=1')).body;
    expect(all).toMatchObject({ pageSize: 1, hasNext: true, items: [{ state: expect.any(String) }] });
    expect((await list(`SearchFor=${encodeURIComponent('whatsapp:+0')}`)).body).toMatchObject({ totalItemCount: 0 });
    const { body } = await whatsapp.server.asAdmin('GET', '/api/admin/whatsapp/status');
    expect(body).toMatchObject({ isOn: true, webhookUrl: 'https://chat.example.com/webhook', received: 0 });
  });
});

describe('error 63016, outside of the 24 hours', () => {
  const tooLate = async (ada: Customer): Promise<void> => {
    const detail = expect.stringContaining('24 hours') as string;
    expect(await untilDead(ada)).toMatchObject({ errorCode: '63016', errorDetail: detail });
    expect(failures(await ada.log())).toMatchObject([{ channel: 'whatsapp', code: '63016', detail }]);
  };

  it('is an event that agents see when Twilio refuses the message, which is not tried again', async () => {
    const ada = whatsapp.customer();
    whatsapp.twilio.failNext({ status: 400, code: 63016 });
    await ada.say('Hello');
    await tooLate(ada);
    expect(requestsTo(ada)).toBe(1);
  });

  it('is one event when Twilio reports it later, however often', async () => {
    const ada = whatsapp.customer();
    await ada.say('Hello');
    await ada.heard(1);
    await eventually(async () => (await ada.outbox('State=sent')).length === 1);
    const [message] = whatsapp.twilio.messages;
    const report = (status: string, code?: number) =>
      whatsapp.twilio.report(message!.sid, status, code, whatsapp.server.app.url);
    expect((await report('sent')).status).toBe(200);
    expect((await ada.outbox())[0]).toMatchObject({ state: 'sent', delivery: 'sent' });
    for (let time = 0; time < 2; time++) expect((await report('undelivered', 63016)).status).toBe(200);
    await tooLate(ada);
    expect(requestsTo(ada)).toBe(1);
  });
});

describe('a report on a message', () => {
  const post = (message: number, form: Record<string, string>) =>
    fetch(`${whatsapp.server.app.url}/webhook/status?message=${message}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'x-twilio-signature': 'forged' },
    });

  it('is believed only when Twilio has signed it for that message', async () => {
    const [ada, bob] = [whatsapp.customer(), whatsapp.customer()];
    for (const customer of [ada, bob]) await customer.say('Hello');
    await Promise.all([ada.heard(1), bob.heard(1)]);
    await eventually(async () => (await bob.outbox('State=sent')).length === 1);
    const [row] = await bob.outbox();
    const forged = await post(row!.id, { MessageSid: row!.sid!, MessageStatus: 'failed' });
    expect([forged.status, await forged.text()]).toEqual([403, '']);
    const ofAda = whatsapp.twilio.messages.find(({ to }) => to === ada.from)!;
    const ofBob = whatsapp.twilio.messages.find(({ to }) => to === bob.from)!;
    ofAda.statusCallback = ofBob.statusCallback;
    // Signed, but about another message than the one that was sent there.
    expect((await whatsapp.twilio.report(ofAda.sid, 'failed', 30008, whatsapp.server.app.url)).status).toBe(200);
    expect(await bob.outbox()).toMatchObject([{ state: 'sent', delivery: null }]);
  });

  it('is taken in without effect when the message is gone, and refused when it says nothing', async () => {
    const ada = whatsapp.customer();
    await ada.say('Hello');
    await ada.heard(1);
    const [message] = whatsapp.twilio.messages;
    message!.statusCallback = message!.statusCallback.replace(/\d+$/, '2000000000');
    const { url } = whatsapp.server.app;
    expect((await whatsapp.twilio.report(message!.sid, 'failed', undefined, url)).status).toBe(200);
    expect((await whatsapp.twilio.report(message!.sid, 'Not A Status', undefined, url)).status).toBe(400);
    expect((await post(Number.NaN, {})).status).toBe(400);
  });
});

describe('a server that ends', () => {
  it('does not wait for a call of Twilio that hangs', async () => {
    const patient = { WHATSAPP_TIMEOUT_MS: '60000', SHUTDOWN_GRACE_SECONDS: '1' };
    const ending = await WhatsApp.start(patient);
    ending.twilio.failNext({ hang: true });
    await ending.customer().say('Hello');
    await eventually(() => ending.twilio.requests.length === 1);
    // Twilio's minute is longer than the time of this test.
    await ending.stop();
  });
});

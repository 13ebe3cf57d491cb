import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { expectedText } from '../../support/fake-provider/fake-provider.mjs';
import { postSigned, signatureOf } from '../../support/fake-twilio.mjs';
import { Person } from '../takeover/takeover.support.js';
import { ERROR_TEXT, PUBLIC_URL, WhatsApp, type Customer } from './whatsapp.support.js';

let whatsapp: WhatsApp;
beforeAll(async () => (whatsapp = await WhatsApp.start()));
afterAll(() => whatsapp.stop());
afterEach(() => whatsapp.twilio.reset());

const hears = async (customer: Customer, ...texts: string[]): Promise<void> =>
  expect(await customer.heard(texts.length)).toEqual(texts);

describe('a customer on WhatsApp', () => {
  it('is answered at once with nothing, and then through Twilio', async () => {
    const ada = whatsapp.customer('Ada');
    expect(await ada.post(ada.form('Hello'))).toEqual({ status: 200, body: '' });
    await hears(ada, expectedText('Hello'));
    const [request] = whatsapp.twilio.requests;
    expect(request!.path).toBe(`/2010-04-01/Accounts/${whatsapp.twilio.accountSid}/Messages.json`);
    expect(request!.form).toMatchObject({ To: ada.from, From: 'whatsapp:+14155238886', Body: expectedText('Hello') });
    const [message] = await ada.log();
    expect(message!.actor).toEqual({ kind: 'customer', id: ada.from, name: 'Ada' });
  });

  it('has one chat, in which the bot knows what was said before', async () => {
    const ada = whatsapp.customer();
    await ada.say('My name is Ada');
    await hears(ada, expectedText('My name is Ada'));
    const chatId = await ada.chatId();
    await ada.say('Who am I?');
    await hears(ada, expectedText('My name is Ada'), expectedText('Who am I?'));
    expect(await ada.chatId()).toBe(chatId);
    expect(JSON.stringify(whatsapp.server.provider.journal.last?.body)).toContain('My name is Ada');
  });

  it('is answered once, however often Twilio tells of a message', async () => {
    const ada = whatsapp.customer();
    const form = ada.form('Only once');
    const answers = await Promise.all(Array.from({ length: 5 }, () => ada.post(form)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await hears(ada, expectedText('Only once'));
    expect((await ada.post(form)).status).toBe(200);
    await ada.say('And now?');
    await hears(ada, expectedText('Only once'), expectedText('And now?'));
  });

  it('is answered in order, with others writing at the same time', async () => {
    const customers = Array.from({ length: 10 }, () => whatsapp.customer());
    const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
    for (const word of words) await Promise.all(customers.map((customer) => customer.say(word)));
    await Promise.all(customers.map((customer) => hears(customer, ...words.map((word) => expectedText(word)))));
  });

  it('need not wait for a long answer to be heard', async () => {
    const ada = whatsapp.customer();
    await ada.say('Tell me a lot [[tokens=20 delay=25]]');
    await ada.say('And this');
    const { journal } = whatsapp.server.provider;
    await journal.until(({ requests }) => requests.some(({ userMessage }) => userMessage.startsWith('Tell me a lot')));
    await hears(ada, expectedText('Tell me a lot [[tokens=20 delay=25]]'), expectedText('And this'));
  });

  it('gets a long answer in parts, each within what Twilio takes', async () => {
    const ada = whatsapp.customer();
    const answer = 'A sentence of some words. '.repeat(200).trim();
    whatsapp.server.provider.script('the long one', { text: answer });
    await ada.say('the long one');
    await eventually(() => ada.texts.join(' ').length >= answer.length);
    expect(ada.texts.join(' ')).toBe(answer);
    for (const text of ada.texts) expect(text).toMatch(/^A .*\.$/);
  });

  it('is told when the bot fails, once', async () => {
    const ada = whatsapp.customer();
    await ada.say('Fail [[status=400]]');
    await hears(ada, ERROR_TEXT);
    await ada.say('Go on');
    await hears(ada, ERROR_TEXT, expectedText('Go on'));
    await ada.say('Say nothing [[text=]]');
    await hears(ada, ERROR_TEXT, expectedText('Go on'), ERROR_TEXT);
  });

  it('reads marks of WhatsApp, not Markdown; a reaction gets no answer', async () => {
    const ada = whatsapp.customer();
    await ada.say('Go [[text=**Yes**, *now*]]');
    await eventually(() => ada.texts.length === 1);
    expect((await ada.post(ada.form('👍', { MessageType: 'reaction' }))).status).toBe(200);
    expect(ada.texts[0]).toBe('*Yes*, _now_');
  });

  it('may write more than any bot reads, and is told so', async () => {
    const ada = whatsapp.customer();
    await ada.say('x'.repeat(64 * 1024));
    await hears(ada, ERROR_TEXT);
    await ada.say('Shorter');
    await hears(ada, ERROR_TEXT, expectedText('Shorter'));
  });

  it('is told when the bots are stopped', async () => {
    const ada = whatsapp.customer();
    await whatsapp.server.asAdmin('PUT', '/api/admin/bots/stop/true');
    await ada.say('Are you there?');
    await hears(ada, ERROR_TEXT);
    await whatsapp.server.asAdmin('PUT', '/api/admin/bots/stop/false');
    await ada.say('And now?');
    await hears(ada, ERROR_TEXT, expectedText('And now?'));
  });

  it('speaks with a person who takes over, and again with the bot', async () => {
    const ada = whatsapp.customer('Ada');
    const eve = await Person.create(whatsapp.server, 'Eve', ['user', 'agent']);
    await ada.say('Hello');
    await hears(ada, expectedText('Hello'));
    const chatId = await ada.chatId();
    expect((await eve.act(chatId, 'claim')).status).toBe(200);
    await eve.act(chatId, 'notes', { text: 'Only agents see this.' });
    expect((await eve.act(chatId, 'messages', { text: 'Eve here.' })).status).toBe(200);
    await hears(ada, expectedText('Hello'), 'Eve here.');
    await ada.say('A person?');
    await eventually(async () =>
      (await eve.log(chatId)).some(({ data }) => 'text' in data && data.text === 'A person?'),
    );
    expect((await eve.act(chatId, 'messages', { text: 'Yes.' })).status).toBe(200);
    expect((await eve.act(chatId, 'release', { to: 'bot' })).status).toBe(200);
    await ada.say('Bot?');
    await hears(ada, expectedText('Hello'), 'Eve here.', 'Yes.', expectedText('Bot?'));
  });

  it('begins a new chat after the last was closed', async () => {
    const ada = whatsapp.customer();
    const eve = await Person.create(whatsapp.server, 'Eve', ['user', 'agent']);
    await ada.say('Hello');
    await hears(ada, expectedText('Hello'));
    const chatId = await ada.chatId();
    await eve.act(chatId, 'claim');
    expect((await eve.act(chatId, 'end')).status).toBe(200);
    await ada.say('Again');
    await hears(ada, expectedText('Hello'), expectedText('Again'));
    expect(await ada.chatId()).not.toBe(chatId);
  });
});

describe('the webhook', () => {
  const url = (): string => `${whatsapp.server.app.url}/webhook`;
  const post = async (form: Record<string, string>, signature?: string): Promise<[number, string]> => {
    const answer = await fetch(url(), {
      method: 'POST',
      headers: signature === undefined ? {} : { 'x-twilio-signature': signature },
      body: new URLSearchParams(form),
    });
    return [answer.status, await answer.text()];
  };
  const signed = (form: Record<string, string>): string => signatureOf('12345', `${PUBLIC_URL}/webhook`, form);

  it('knows the signature of Twilio', () => {
    const form = { From: 'whatsapp:+15551234567', Body: 'Hello' };
    expect(signatureOf('12345', 'http://127.0.0.1:3000/webhook', form)).toBe('gIxc+PrCtVYQJdprZUHnW+1lIaY=');
  });

  it('refuses what is not signed, or signed for something else, without a word', async () => {
    const ada = whatsapp.customer();
    const form = ada.form('Hello');
    expect(await post(form)).toEqual([403, '']);
    expect(await post(form, 'forged')).toEqual([403, '']);
    expect(await post({ ...form, Body: 'Changed' }, signed(form))).toEqual([403, '']);
    expect(await post(form, signatureOf('another token', `${PUBLIC_URL}/webhook`, form))).toEqual([403, '']);
    // The name under which we were called says nothing about who called.
    expect((await postSigned(url(), form, '12345')).status).toBe(403);
    expect(await post({ ...form, From: '' }, signed(form))).toEqual([403, '']);
  });

  it('takes a message again without effect when it is replayed', async () => {
    const ada = whatsapp.customer();
    const form = ada.form('Replay');
    expect(await post(form, signed(form))).toEqual([200, '']);
    expect(await post(form, signed(form))).toEqual([200, '']);
    await hears(ada, expectedText('Replay'));
  });

  it('takes messages without an id of their own', async () => {
    const form = { From: 'whatsapp:+15551234567', Body: 'Just this' };
    expect(await post(form, signed(form))).toEqual([200, '']);
    await eventually(() => whatsapp.twilio.textsTo(form.From).length === 1);
  });

  it.each([
    ['without a sender', { Body: 'Hello' }],
    ['without words', { From: 'whatsapp:+15551234567' }],
    ['with empty words', { From: 'whatsapp:+15551234567', Body: ' ', NumMedia: '0', MessageType: 'text' }],
    ['from a sender of 10 kB', { From: `whatsapp:${'1'.repeat(10_000)}`, Body: 'Hello' }],
    ['from a number in full-width digits', { From: 'whatsapp:+１５５５', Body: 'Hello' }],
    ['with an id that is none', { From: 'whatsapp:+15551234567', Body: 'Hello', MessageSid: 'a b' }],
    ['that is empty', {}],
  ])('answers 400 and nothing else to a form %s', async (_, form) => {
    expect(await post(form, signed(form))).toEqual([400, '']);
  });

  it.each([
    ['a list', 'application/json', '[1]'],
    ['fields that are no texts', 'application/json', '{"From":{"a":1},"Body":"x"}'],
    ['JSON that is cut off', 'application/json', '{"From":'],
    ['characters that no text has', 'application/x-www-form-urlencoded', 'From=%00&Body=x'],
  ])('answers 400 and nothing else to %s', async (_, type, body) => {
    const answer = await fetch(url(), { method: 'POST', headers: { 'content-type': type }, body });
    expect([answer.status, await answer.text()]).toEqual([400, '']);
  });

  it('says what is wrong where the one who entered the address can mend it', async () => {
    const send = (type: string, body: string): Promise<Response> =>
      fetch(url(), { method: 'POST', headers: { 'content-type': type }, body });
    const answers = [
      await send('text/xml', '<Response/>'),
      await send('application/json', ' '.repeat(3_000_000)),
      await fetch(url()),
    ];
    expect(answers.map(({ status }) => status)).toEqual([415, 413, 405]);
    for (const answer of answers) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(await answer.json()).toMatchObject({ status: answer.status, code: expect.any(String) });
    }
  });

  it('says that the channel is not set up where it is not', async () => {
    const server = await ChatServer.start();
    const answer = await postSigned(`${server.app.url}/webhook`, { From: 'whatsapp:+15551234567', Body: 'x' }, '12345');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'CHANNEL_OFF' });
    expect((await server.asAdmin('GET', '/api/admin/whatsapp/status')).body).toMatchObject({ isOn: false, sent: 0 });
    await server.stop();
  });
});

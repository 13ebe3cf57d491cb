import { freshDatabase } from '../../support/databases.js';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { expectedText, FakeProvider } from '../../support/fake-provider/fake-provider.mjs';
import { describeOnServer } from '../../support/servers.js';
import { Person } from '../takeover/takeover.support.js';
import { settingsFor, WhatsApp } from './whatsapp.support.js';

describeOnServer('WhatsApp on two instances', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let provider: FakeProvider;
  let here: WhatsApp;
  let there: ChatServer;
  beforeAll(async () => {
    database = await freshDatabase();
    // One model service for both: the first instance stores its address.
    provider = new FakeProvider();
    await provider.start();
    const shared = { DATABASE_URL: database!.url, ENCRYPTION_KEY: 'ab'.repeat(32), OPENAI_BASE_URL: provider.baseUrl };
    here = await WhatsApp.start(shared);
    there = await ChatServer.start(settingsFor(here.twilio, shared));
  }, 90_000);
  afterAll(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await provider.stop();
    database?.release();
  });
  afterEach(() => here.twilio.reset());

  it('answers each message once and in order, on any instance that gets the webhook', async () => {
    const customers = Array.from({ length: 6 }, () => here.customer());
    const words = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const [index, word] of words.entries()) {
      await Promise.all(
        customers.map(async (customer) => {
          const form = customer.form(word);
          const [first, second] = index % 2 === 0 ? [here.server, there] : [there, here.server];
          expect((await customer.post(form, first)).status).toBe(200);
          expect((await customer.post(form, second)).status).toBe(200);
        }),
      );
    }
    for (const customer of customers)
      expect(await customer.heard(words.length)).toEqual(words.map((word) => expectedText(word)));
    const path = '/api/admin/whatsapp/status';
    await eventually(async () => (await there.asAdmin('GET', path)).body['pending'] === 0);
    expect((await there.asAdmin('GET', path)).body).toMatchObject({ received: 0, dead: 0, sent: 36 });
    expect(here.twilio.messages).toHaveLength(36);
  });

  it('carries the words of agents who sit at the other one', async () => {
    const ada = here.customer();
    const eve = await Person.create(there, 'Eve', ['user', 'agent']);
    await ada.say('Hello');
    await ada.heard(1);
    const chatId = await ada.chatId();
    expect((await eve.act(chatId, 'claim')).status).toBe(200);
    expect((await eve.act(chatId, 'messages', { text: 'From over there.' })).status).toBe(200);
    expect(await ada.heard(2)).toEqual([expectedText('Hello'), 'From over there.']);
  });
});

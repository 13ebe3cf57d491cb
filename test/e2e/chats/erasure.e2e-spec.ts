import { DataSource } from 'typeorm';
import { OwnershipService } from '../../../apps/api/src/baton/ownership/ownership.service.js';
import { RetentionService } from '../../../apps/api/src/chats/deletion/retention.service.js';
import { ADMIN_KEY } from '../../support/chat-server.js';
import { Person } from '../takeover/takeover.support.js';
import { WhatsApp } from '../whatsapp/whatsapp.support.js';

const DAY_MS = 86_400_000;

let whatsapp: WhatsApp;
let dataSource: DataSource;
beforeAll(async () => {
  whatsapp = await WhatsApp.start({ WHATSAPP_BOT: 'welcome' });
  dataSource = whatsapp.server.app.app.get(DataSource, { strict: false });
});
afterAll(() => whatsapp.stop());

/** The tables that hold the text anywhere. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  const contents = await Promise.all(tables.map((table) => dataSource.query<object[]>(`SELECT * FROM ${table}`)));
  return tables.filter((_, index) => JSON.stringify(contents[index]).includes(text)).toSorted();
}

it('forgets a WhatsApp customer with the chat', async () => {
  const { server } = whatsapp;
  const customer = whatsapp.customer('Grace Hopper');
  await customer.say('Hello [[text=Good morning]]');
  await customer.heard(1);
  const chatId = await customer.chatId();
  const actor = { kind: 'customer' as const, id: customer.from, name: 'Grace Hopper' };
  const ownership = server.app.app.get(OwnershipService, { strict: false });
  await ownership.transition({ chatId, transition: 'request', reason: 'rule', actor });
  const number = customer.from.replace(/^\D+/, '');
  expect(await tablesWith(number)).not.toEqual([]);

  await server.app.app.get(RetentionService, { strict: false }).deleteExpired(new Date(Date.now() + 31 * DAY_MS));
  expect(await tablesWith(number)).toEqual([]);
  expect(await tablesWith('Hopper')).toEqual([]);
});

it('forgets the words of an account with the account', async () => {
  const { server } = whatsapp;
  const person = await Person.create(server, 'Edsger', ['user']);
  const chatId = await server.createChat(person.headers);
  const word = 'considered harmful';
  await server.complete(chatId, `${word} [[text=${word}]]`, person.headers);
  const feedback = { userMessage: word, assistantMessage: word, userComment: word, voteId: 1 };
  await person.call('POST', `/api/chats/${chatId}/feedback`, feedback);
  await person.call('POST', '/api/users/current/userSystemMessage', { displayName: word, systemMessage: word });
  expect(await tablesWith(word)).toContain('feedback');

  await server.call('DELETE', `/api/admin/users/${person.id}`, undefined, { authorization: `Bearer ${ADMIN_KEY}` });
  await dataSource.query(`DELETE FROM system_state WHERE name = 'job:chat-retention'`);
  await server.app.app.get(RetentionService, { strict: false }).runHourly();
  expect(await tablesWith(word)).toEqual([]);
  expect(await dataSource.query('SELECT vote_id FROM feedback')).toEqual([{ vote_id: 1 }]);
});

import { DataSource } from 'typeorm';
import { OwnershipService } from '../../apps/api/src/baton/ownership/ownership.service.js';
import { AgentPresenceService } from '../../apps/api/src/takeover/presence/agent-presence.service.js';
import { TakeoverSweeper } from '../../apps/api/src/takeover/commands/takeover-sweeper.js';
import { ChatServer } from '../support/chat-server.js';
import { changePolicy, Person } from '../e2e/takeover/takeover.support.js';

const LONG_AGO = '2020-01-01 00:00:00.000';

describe('the lease of an agent', () => {
  let server: ChatServer;
  let ada: Person;
  let bob: Person;
  let dataSource: DataSource;

  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    bob = await Person.create(server, 'Bob', ['user', 'agent']);
    dataSource = server.app.app.get(DataSource, { strict: false });
  });
  afterAll(() => server.stop());

  const claim = async (agent: Person): Promise<string> => {
    const chatId = await server.createChat();
    await agent.act(chatId, 'claim');
    return chatId;
  };
  const ownerOf = async (chatId: string): Promise<unknown> =>
    (await ada.call('GET', `/api/takeover/chats/${chatId}`)).body['owner'];

  it('is renewed, for all chats of those agents who are heard of', async () => {
    const [first, second, other] = [await claim(ada), await claim(ada), await claim(bob)];
    await dataSource.query('UPDATE chats SET lease_until = ?', [LONG_AGO]);
    await server.app.app.get(AgentPresenceService).keepAlive([ada.id]);
    await server.app.app.get(TakeoverSweeper).sweep();
    expect(await Promise.all([first, second, other].map(ownerOf))).toEqual(['human', 'human', 'requested']);
  });

  it('ends once, however often one looks', async () => {
    const chatId = await claim(bob);
    await dataSource.query('UPDATE chats SET lease_until = ? WHERE id = ?', [LONG_AGO, chatId]);
    const sweeper = server.app.app.get(TakeoverSweeper);
    await Promise.all([sweeper.sweep(), sweeper.sweep()]);
    await sweeper.sweep();
    expect((await ada.log(chatId)).map(({ type }) => type)).toEqual([
      'ownership.changed',
      'ownership.changed',
      'note.created',
    ]);
  });

  it('does nothing without agents', async () => {
    await expect(server.app.app.get(AgentPresenceService).keepAlive([])).resolves.toBeUndefined();
  });
});

describe('an agent who leaves a customer without an answer', () => {
  let server: ChatServer;
  let ada: Person;
  let dataSource: DataSource;
  let sweeper: TakeoverSweeper;

  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    dataSource = server.app.app.get(DataSource, { strict: false });
    sweeper = server.app.app.get(TakeoverSweeper);
    await changePolicy(server, await server.createChat(), { replySeconds: 60 });
  });
  afterAll(() => server.stop());

  const age = async (chatId: string, ...tables: string[]): Promise<void> => {
    for (const table of tables)
      await dataSource.query(`UPDATE ${table} SET created_at = ? WHERE chat_id = ?`, [LONG_AGO, chatId]);
  };
  const holdUnanswered = async (): Promise<string> => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'claim');
    await server.complete(chatId, 'Are you there?');
    return chatId;
  };
  const lastOf = async (chatId: string): Promise<unknown> => (await ada.log(chatId)).at(-1);
  const ownerOf = async (chatId: string): Promise<unknown> =>
    (await ada.call('GET', `/api/takeover/chats/${chatId}`)).body['owner'];

  it('loses the chat as one who is not heard of, for a reason of its own', async () => {
    const chatId = await holdUnanswered();
    await ada.act(chatId, 'notes', { text: 'What shall I say?' });
    await age(chatId, 'messages', 'chat_events');
    await sweeper.sweep();
    expect((await ada.log(chatId)).slice(-2)).toMatchObject([
      { type: 'ownership.changed', actor: { kind: 'system' }, data: { to: 'requested', reason: 'no_reply' } },
      {
        type: 'note.created',
        data: { text: 'Ada left the customer without an answer for 60 s. The chat went back into the queue.' },
      },
    ]);
  });

  it('keeps the chat until the time is over, counted from when they got it', async () => {
    const [fresh, justTaken] = [await holdUnanswered(), await holdUnanswered()];
    await age(fresh, 'chat_events');
    await age(justTaken, 'messages');
    await sweeper.sweep();
    expect(await Promise.all([fresh, justTaken].map(ownerOf))).toEqual(['human', 'human']);
  });

  it('is not meant: who has answered, or takes over what the bot has answered', async () => {
    const answered = await holdUnanswered();
    await ada.act(answered, 'messages', { text: 'I am.' });
    const ofTheBot = await server.createChat();
    await server.complete(ofTheBot, 'Where is my order?');
    await ada.act(ofTheBot, 'claim');
    for (const chatId of [answered, ofTheBot]) await age(chatId, 'messages', 'chat_events');
    await sweeper.sweep();
    expect(await Promise.all([answered, ofTheBot].map(ownerOf))).toEqual(['human', 'human']);
  });

  it('keeps the chat by an answer in the last moment', async () => {
    const chatId = await holdUnanswered();
    await age(chatId, 'messages', 'chat_events');
    const ownership = server.app.app.get(OwnershipService);
    const find = ownership.findUnanswered.bind(ownership);
    jest.spyOn(ownership, 'findUnanswered').mockImplementationOnce(async (...parameters) => {
      const found = await find(...parameters);
      await ada.act(chatId, 'messages', { text: 'Here I am.' });
      return found;
    });
    await sweeper.sweep();
    expect(await lastOf(chatId)).toMatchObject({ type: 'message.created', data: { text: 'Here I am.' } });
    expect(await ownerOf(chatId)).toBe('human');
  });

  it('loses nothing where the bot sets no time', async () => {
    const chatId = await holdUnanswered();
    await age(chatId, 'messages', 'chat_events');
    await changePolicy(server, chatId, { replySeconds: null });
    await sweeper.sweep();
    expect(await ownerOf(chatId)).toBe('human');
  });
});

describe('the chats of a user who is no agent any more', () => {
  it('go back at once, whether the role is gone or the account', async () => {
    const server = await ChatServer.start();
    const people = [];
    for (const name of ['Ada', 'Bob', 'Eve']) people.push(await Person.create(server, name, ['user', 'agent']));
    const [ada, bob, eve] = people as [Person, Person, Person];
    const [ofAda, ofBob, ofEve] = [await server.createChat(), await server.createChat(), await server.createChat()];
    await ada.act(ofAda, 'claim');
    await bob.act(ofBob, 'claim');
    await eve.act(ofEve, 'claim');
    await server.asAdmin('PUT', `/api/admin/users/${ada.id}`, { roles: ['user'] });
    await server.asAdmin('DELETE', `/api/admin/users/${bob.id}`);
    await server.app.app.get(TakeoverSweeper).sweep();
    for (const [chatId, name] of [
      [ofAda, 'Ada'],
      [ofBob, 'An agent'],
    ] as const) {
      expect((await eve.log(chatId)).slice(1)).toMatchObject([
        { type: 'ownership.changed', data: { to: 'requested', reason: 'agent_removed' } },
        { type: 'note.created', data: { text: `${name} is no agent any more. The chat went back into the queue.` } },
      ]);
    }
    expect(await eve.log(ofEve)).toHaveLength(1);
    await server.stop();
  });
});

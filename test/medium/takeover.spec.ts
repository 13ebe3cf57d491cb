import { DataSource } from 'typeorm';
import { AgentPresenceService } from '../../apps/api/src/takeover/agent-presence.service.js';
import { TakeoverSweeper } from '../../apps/api/src/takeover/takeover-sweeper.service.js';
import { ChatServer } from '../support/chat-server.js';
import { Person } from '../e2e/takeover.support.js';

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

  it('costs nothing when nobody is there', async () => {
    await expect(server.app.app.get(AgentPresenceService).keepAlive([])).resolves.toBeUndefined();
  });
});

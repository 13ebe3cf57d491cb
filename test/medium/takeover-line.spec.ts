import { insertRows } from '@app/database';
import { DataSource } from 'typeorm';
import { uuidv7 } from 'uuidv7';
import { OwnershipService } from '../../apps/api/src/baton/ownership/ownership.service.js';
import { TakeoverSweeper } from '../../apps/api/src/takeover/commands/takeover-sweeper.js';
import { ChatServer } from '../support/chat-server.js';
import { changePolicy, Person } from '../e2e/takeover/takeover.support.js';

const LONG_AGO = '2020-01-01 00:00:00.000';
const CROWD = 6000;

describe('a line of thousands', () => {
  let server: ChatServer;
  let ada: Person;
  let dataSource: DataSource;
  let sweeper: TakeoverSweeper;

  beforeEach(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    dataSource = server.app.app.get(DataSource, { strict: false });
    sweeper = server.app.app.get(TakeoverSweeper);
  });
  afterEach(() => server.stop());

  const request = async (chatId: string): Promise<Record<string, unknown>> =>
    (await server.call('POST', `/api/chats/${chatId}/takeover/request`, {})).body;
  const letWaitExpire = (chatId: string): Promise<unknown> =>
    dataSource.query('UPDATE chats SET waiting_since = ? WHERE id = ?', [LONG_AGO, chatId]);
  const ownerOf = async (chatId: string): Promise<unknown> =>
    (await ada.call('GET', `/api/takeover/chats/${chatId}`)).body['owner'];

  /** Chats like the given one, all of them in line since the same moment, before everybody else. */
  const crowd = async (chatId: string): Promise<string[]> => {
    const [chat] = await dataSource.query<Record<string, unknown>[]>('SELECT * FROM chats WHERE id = ?', [chatId]);
    const ids = Array.from({ length: CROWD }, () => uuidv7());
    for (let from = 0; from < CROWD; from += 500) {
      const some = ids.slice(from, from + 500);
      const rows = some.map((id) => ({ ...chat!, id, owner: 'requested', waiting_since: LONG_AGO }));
      await insertRows(dataSource.manager, 'chats', rows);
    }
    return ids;
  };

  it('tells everybody their place, also those who came in the same moment', async () => {
    const first = await server.createChat();
    await changePolicy(server, first, { onWaitExpired: 'keep' });
    const ids = await crowd(first);
    expect(await request(first)).toMatchObject({ owner: 'requested', position: CROWD + 1 });
    const path = '/api/takeover/queue?PageSize=50&PageNumber=120';
    const page = await ada.call<{ items: { chatId: string; position: number }[] }>('GET', path);
    const expected = ids.slice(-50).map((chatId, index) => [chatId, CROWD - 49 + index]);
    expect(page.body.items.map(({ chatId, position }) => [chatId, position])).toEqual(expected);
  });

  it('does not delay the customers of another bot', async () => {
    const chatId = await server.createChat();
    await changePolicy(server, chatId, { onWaitExpired: 'keep' });
    await crowd(chatId);
    const other = { code: 'other', displayNameTv: { value: 'Other' }, isActive: true, isPublic: true };
    const { body: bot } = await server.asAdmin('POST', '/api/admin/bots', other);
    const late = await server.createChat();
    await request(late);
    await dataSource.query('UPDATE chats SET bot_id = ? WHERE id = ?', [bot['botId'], late]);
    await dataSource.query('UPDATE chats SET waiting_since = ? WHERE id = ?', ['2020-01-02 00:00:00.000', late]);
    await sweeper.sweep();
    expect(await ownerOf(late)).toBe('bot');
  });

  it('goes on when one of them cannot be helped', async () => {
    const [stuck, next] = [await server.createChat(), await server.createChat()];
    const ownership = server.app.app.get(OwnershipService);
    const transition = ownership.transition.bind(ownership);
    jest
      .spyOn(ownership, 'transition')
      .mockImplementation((what) =>
        what.chatId === stuck && what.reason === 'wait_expired'
          ? Promise.reject(new Error('locked'))
          : transition(what),
      );
    for (const chatId of [stuck, next]) await request(chatId).then(() => letWaitExpire(chatId));
    await sweeper.sweep();
    expect(await Promise.all([stuck, next].map(ownerOf))).toEqual(['requested', 'bot']);
  });
});

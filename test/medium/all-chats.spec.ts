import { dialectOf } from '@app/database';
import { DataSource } from 'typeorm';
import { AllChatsRepository, type ChatsFilter } from '../../apps/api/src/takeover/chats/all-chats.repository.js';
import { startTestApp, type TestApp } from '../support/app.js';

const NONE: ChatsFilter = {
  owners: null,
  botId: null,
  agentId: null,
  channel: null,
  voteId: null,
  hasError: null,
  hasNote: null,
  tag: null,
  from: null,
  to: null,
  search: null,
};

describe('the list of all chats', () => {
  let server: TestApp;
  let dataSource: DataSource;
  let chats: AllChatsRepository;
  beforeAll(async () => {
    server = await startTestApp();
    dataSource = server.app.get(DataSource, { strict: false });
    chats = server.app.get(AllChatsRepository, { strict: false });
  });
  afterAll(() => server.stop());

  /** How the engine reads the chats in the statement that finds candidates. */
  const planOf = async (filter: Partial<ChatsFilter>): Promise<string> => {
    const query = jest.spyOn(dataSource, 'query');
    const after = { at: new Date(), id: 'x' };
    await chats.findCandidates({ ...NONE, ...filter }, after, 200);
    const [sql, values] = query.mock.calls[0]!;
    query.mockRestore();
    const explain = dialectOf(dataSource).isSqlite ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    return JSON.stringify(await dataSource.query(`${explain} ${sql}`, values as never));
  };

  it.each<[string, Partial<ChatsFilter>, string]>([
    ['no filter', {}, 'ix_chats_accessed'],
    ['a period', { from: new Date(0), to: new Date() }, 'ix_chats_accessed'],
    ['owners', { owners: ['bot', 'closed'] }, 'ix_chats_owner_accessed'],
    ['a bot', { botId: 'b', search: 'x' }, 'ix_chats_bot_accessed'],
    ['a bot and an owner of few chats', { botId: 'b', owners: ['requested'] }, 'ix_chats_owner_accessed'],
    ['an agent', { agentId: 1, owners: ['human'] }, 'ix_chats_agent'],
  ])('reads one index for %s, and no more of it than it looks at', async (_, filter, index) => {
    const plan = await planOf(filter);
    const indexes = ['ix_chats_accessed', 'ix_chats_owner_accessed', 'ix_chats_bot_accessed', 'ix_chats_agent'];
    expect(indexes.filter((name) => plan.includes(name))).toEqual([index]);
    expect(plan).toMatch(
      dialectOf(dataSource).isSqlite
        ? /(SEARCH|SCAN) chats USING (COVERING )?INDEX/
        : /^(?!.*"table":"chats"[^}]*"type":"ALL")/,
    );
  });

  it('tests the candidates by indexes that begin with the chat', async () => {
    const query = jest.spyOn(dataSource, 'query');
    const filter = { ...NONE, voteId: 1, hasError: true, hasNote: false, tag: 't', search: 'x' };
    await chats.findPassing(filter, ['a', 'b']);
    const [sql, values] = query.mock.calls[0]!;
    query.mockRestore();
    const { isSqlite } = dialectOf(dataSource);
    const plan = JSON.stringify(
      await dataSource.query(`${isSqlite ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'} ${sql}`, values as never),
    );
    // MariaDB reads a table that is as good as empty whole, whatever its indexes are.
    expect(plan).toMatch(isSqlite ? /^(?!.*SCAN [cx]\b).*SEARCH x USING/ : /"table":"x"/);
  });
});

import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { Person } from './takeover.support.js';

interface Item {
  chatId: string;
  title: string;
  customerName: string;
  channel: string;
  owner: string;
  agent: { id: number; name: string } | null;
  waitingSince: string | null;
  lastMessage: { text: string; senderType: string; createdAt: string } | null;
  lastSeq: number;
  readSeq: number;
  tags: string[];
}
interface Page {
  items: Item[];
  nextCursor: string | null;
}

const BASE = '/api/takeover/chats';

describe('the list of all chats', () => {
  let server: ChatServer;
  let ada: Person;
  let grace: Person;
  let boss: Person;
  /** By what is special about them, the newest activity first. */
  const chats: Record<string, string> = {};

  const write = (sql: string, parameters: unknown[]): Promise<unknown> =>
    server.app.app.get(DataSource, { strict: false }).query(sql, parameters);
  const page = (query = ''): Promise<Page> => ada.ok<Page>('GET', `${BASE}${query}`);
  const found = async (query: string): Promise<string[]> => {
    const names = Object.fromEntries(Object.entries(chats).map(([name, id]) => [id, name]));
    return (await page(query)).items.map(({ chatId }) => names[chatId] ?? chatId);
  };
  const lines = async (path: string, person = ada): Promise<string[]> => {
    const { status, text } = await person.text('GET', `${BASE}/${path}`);
    expect(status).toBe(200);
    return text.split('\n').filter((line) => line !== '');
  };

  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    grace = await Person.create(server, 'Grace', ['user']);
    boss = await Person.create(server, 'Boss', ['user', 'admin']);
    for (const name of ['plain', 'waiting', 'held', 'closed', 'failed', 'noted', 'voted', 'tagged'])
      chats[name] = await server.createChat(['waiting', 'voted'].includes(name) ? grace.headers : {});
    await server.complete(chats['plain']!, 'Where is my PARCEL, please?');
    await server.complete(chats['waiting']!, 'I want a person', grace.headers);
    await grace.call('POST', `/api/chats/${chats['waiting']}/takeover/request`, {});
    await ada.act(chats['held']!, 'claim');
    await ada.act(chats['closed']!, 'claim');
    await ada.act(chats['closed']!, 'end');
    await server.complete(chats['failed']!, 'Hello');
    await write(`UPDATE turns SET status = 'failed' WHERE chat_id = ?`, [chats['failed']]);
    await ada.act(chats['noted']!, 'notes', { text: 'Look after her' });
    const feedback = { userMessage: 'q', assistantMessage: 'a', userComment: 'no', voteId: -1 };
    await grace.ok('POST', `/api/chats/${chats['voted']}/feedback`, feedback);
    await ada.ok('PUT', `${BASE}/${chats['tagged']}/tags`, { tags: ['refund', 'äöü-2'] });
    const names = Object.keys(chats);
    // Two of them at the very same time.
    for (const [index, name] of names.entries())
      await write('UPDATE chats SET last_accessed_at = ? WHERE id = ?', [
        `2026-01-0${8 - Math.max(index, 1)} 00:00:00.000`,
        chats[name],
      ]);
  }, 60_000);
  afterAll(() => server.stop());

  it('shows everything about each, the newest activity first', async () => {
    const { items, nextCursor } = await page();
    expect(nextCursor).toBeNull();
    expect(items.map(({ chatId }) => chatId).toSorted()).toEqual(Object.values(chats).toSorted());
    const by = (name: string): Item => items.find(({ chatId }) => chatId === chats[name])!;
    expect(by('waiting')).toMatchObject({ customerName: 'Grace', channel: 'api', owner: 'requested', agent: null });
    expect(by('waiting').waitingSince).toMatch(/^\d{4}-.*Z$/);
    expect(by('held')).toMatchObject({ owner: 'human', agent: { id: ada.id, name: 'Ada' }, waitingSince: null });
    expect(by('plain')).toMatchObject({ customerName: 'Guest', lastMessage: { senderType: 'bot' }, readSeq: 0 });
    expect(by('noted').lastMessage).toBeNull();
    expect(by('tagged').tags).toEqual(['refund', 'äöü-2']);
  });

  it.each([
    ['?Owner=requested', ['waiting']],
    ['?Owner=human&Owner=closed', ['held', 'closed']],
    ['?Owner=bot', ['plain', 'failed', 'noted', 'voted', 'tagged']],
    ['?HasError=true', ['failed']],
    ['?HasNote=true', ['noted']],
    ['?HasNote=false&Owner=bot', ['plain', 'failed', 'voted', 'tagged']],
    ['?Vote=-1', ['voted']],
    ['?Vote=1', []],
    ['?Tag=refund', ['tagged']],
    [`?Tag=${encodeURIComponent('äöü-2')}`, ['tagged']],
    ['?Tag=Refund', []],
    ['?SearchFor=parcel', ['plain']],
    ['?SearchFor=after%20her', ['noted']],
    ['?SearchFor=%25', []],
    ['?Channel=whatsapp', []],
    ['?Channel=api&Owner=human', ['held']],
    ['?From=2026-01-05T00:00:00Z&To=2026-01-07T00:00:00Z', ['held', 'closed']],
    ['?BotId=nowhere', []],
    ['?Owner=bot&HasError=true&HasNote=true', []],
    ['?owner=requested&searchfor=PERSON', ['waiting']],
  ])('keeps by %s', async (query, expected) => expect((await found(query)).toSorted()).toEqual(expected.toSorted()));

  it('keeps by an agent, and by a bot', async () => {
    expect(await found(`?AgentId=${ada.id}`)).toEqual(['held']);
    const { items } = await page('?Owner=human');
    const { bot } = items[0] as unknown as { bot: { id: string } };
    expect(await found(`?BotId=${bot.id}`)).toHaveLength(8);
  });

  it('pages without gaps and repetitions, whatever happens in between', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: Page = await page(`?Limit=3${cursor && `&Cursor=${cursor}`}`);
      seen.push(...next.items.map(({ chatId }) => chatId));
      cursor = next.nextCursor;
      // Something that was on the first page moves, and something new comes.
      if (seen.length === 3)
        await write('UPDATE chats SET last_accessed_at = ? WHERE id = ?', ['2026-02-01 00:00:00.000', seen[0]]);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(Object.values(chats).toSorted());
  });

  it.each([
    'Owner=robot',
    'Limit=0',
    'Limit=201',
    'Limit=1e1',
    'Cursor=x',
    'Cursor=%00',
    `Cursor=${Buffer.from("1.x' OR 1=1 --").toString('base64url')}`,
    'From=yesterday',
    'From=2026-01-01',
    'HasError=maybe',
    'Vote=up',
    'AgentId=0',
    'AgentId=x',
    `SearchFor=${'x'.repeat(201)}`,
    `Tag=${'x'.repeat(41)}`,
    'BotId=a%20b',
  ])('refuses %s', async (query) =>
    expect(await ada.refused('GET', `${BASE}?${query}`)).toEqual([400, 'VALIDATION_FAILED']),
  );

  it('is exported as it is filtered, safe to open in a spreadsheet', async () => {
    await write('UPDATE chats SET display_name = ? WHERE id = ?', [
      '=HYPERLINK("http://evil.example")',
      chats['closed'],
    ]);
    const ids = (await lines('export.jsonl?Owner=closed&Owner=human')).map((line) => (JSON.parse(line) as Item).chatId);
    expect(ids.toSorted()).toEqual([chats['closed'], chats['held']].toSorted());
    expect(await lines('export.jsonl')).toHaveLength(8);
    const [head, row] = await lines('export.csv?Owner=closed');
    expect(head).toMatch(/^chatId,title,customerName,/);
    expect(row).toContain(`${chats['closed']},"'=HYPERLINK(""http://evil.example"")",`);
    expect(await ada.refused('GET', `${BASE}/export.csv?Owner=robot`)).toEqual([400, 'VALIDATION_FAILED']);
    expect((await grace.text('GET', `${BASE}/export.jsonl`)).status).toBe(403);
  });

  it('writes down what administrators look at, once while they read on, and exports', async () => {
    const actor = `user:${boss.id}`;
    const looks = async (): Promise<[string, string][]> => {
      const { items } = await boss.ok<{ items: { action: string; target: string }[] }>(
        'GET',
        `/api/admin/audit?SearchFor=${actor}&PageSize=100`,
      );
      return items
        .filter(({ action }) => action.startsWith('chat'))
        .map(({ action, target }): [string, string] => [action, target])
        .toSorted();
    };
    for (let again = 0; again < 2; again++) {
      await boss.ok('GET', `${BASE}/${chats['plain']}`);
      await boss.ok('GET', `${BASE}/${chats['plain']}/events`);
      await boss.ok('GET', `/api/chats/${chats['noted']}/variables`);
      await boss.ok('GET', `${BASE}/${chats['voted']}/customer`);
    }
    const desk = await boss.connect();
    await desk.client.watch(chats['held']!);
    desk.close();
    await lines('export.jsonl?Owner=bot', boss);
    expect(await looks()).toEqual(
      [
        ...['plain', 'noted', 'voted', 'held'].map((name): [string, string] => ['chat.viewed', `chat:${chats[name]}`]),
        ['chats.exported', 'chats'] as [string, string],
      ].toSorted(),
    );
  });
});

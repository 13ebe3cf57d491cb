import { ChatServer } from '../../support/chat-server.js';
import { Person } from './takeover.support.js';

describe('what agents keep beside chats', () => {
  let server: ChatServer;
  let ada: Person;
  let ben: Person;
  let boss: Person;
  let grace: Person;
  beforeAll(async () => {
    server = await ChatServer.start();
    ada = await Person.create(server, 'Ada', ['user', 'agent']);
    ben = await Person.create(server, 'Ben', ['user', 'agent']);
    boss = await Person.create(server, 'Boss', ['user', 'admin']);
    grace = await Person.create(server, 'Grace', ['user']);
  });
  afterAll(() => server.stop());

  const of = (chatId: string, what: string): string => `/api/takeover/chats/${chatId}/${what}`;
  const INVALID = [400, 'VALIDATION_FAILED'];
  const MISSING = [404, 'NOT_FOUND'];

  it('marks how far each has read', async () => {
    const chatId = await server.createChat();
    await ada.act(chatId, 'notes', { text: 'one' });
    expect(await ada.ok('PUT', of(chatId, 'readMark'), { seq: 1 })).toEqual({ seq: 1 });
    expect(await ben.ok('PUT', of(chatId, 'readMark'), { seq: 999 })).toEqual({ seq: 1 });
    expect(await ben.ok('PUT', of(chatId, 'readMark'), { seq: 0 })).toEqual({ seq: 0 });
    const readOf = async (person: Person): Promise<number | undefined> => {
      const { items } = await person.ok<{ items: { chatId: string; readSeq: number }[] }>('GET', '/api/takeover/chats');
      return items.find((item) => item.chatId === chatId)?.readSeq;
    };
    expect([await readOf(ada), await readOf(ben), await readOf(boss)]).toEqual([1, 0, 0]);
    for (const seq of [-1, 1.5, '1', null, 2 ** 31])
      expect(await ada.refused('PUT', of(chatId, 'readMark'), { seq })).toEqual(INVALID);
    expect(await ada.refused('PUT', of('nowhere', 'readMark'), { seq: 1 })).toEqual(MISSING);
  });

  it('keeps a draft for each agent, until the chat is gone', async () => {
    const chatId = await server.createChat();
    expect(await ada.ok('GET', of(chatId, 'draft'))).toEqual({ text: '', updatedAt: null });
    const text = `Two\nlines, ${'🙂'.repeat(500)}`;
    await ada.ok('PUT', of(chatId, 'draft'), { text: 'first' });
    await ada.ok('PUT', of(chatId, 'draft'), { text });
    expect(await ada.ok('GET', of(chatId, 'draft'))).toMatchObject({ text });
    expect(await ben.ok('GET', of(chatId, 'draft'))).toMatchObject({ text: '' });
    for (const wrong of ['', 'x'.repeat(16_001), null, 5])
      expect(await ada.refused('PUT', of(chatId, 'draft'), { text: wrong })).toEqual(INVALID);
    expect((await ada.text('DELETE', of(chatId, 'draft'))).status).toBe(204);
    expect((await ada.text('DELETE', of(chatId, 'draft'))).status).toBe(204);
    expect(await ada.ok('GET', of(chatId, 'draft'))).toMatchObject({ text: '' });
    await ada.ok('PUT', of(chatId, 'draft'), { text });
    await ada.ok('PUT', of(chatId, 'tags'), { tags: ['a'] });
    await ada.ok('PUT', of(chatId, 'readMark'), { seq: 0 });
    expect((await server.call('DELETE', `/api/chats/${chatId}`)).status).toBe(200);
    expect(await ada.refused('GET', of(chatId, 'draft'))).toEqual(MISSING);
  });

  it('replaces the tags of a chat, for all', async () => {
    const chatId = await server.createChat();
    expect(await ada.ok('PUT', of(chatId, 'tags'), { tags: ['refund', 'a.b_c-1'] })).toEqual({
      tags: ['a.b_c-1', 'refund'],
    });
    expect(await ben.ok('PUT', of(chatId, 'tags'), { tags: [] })).toEqual({ tags: [] });
    const many = Array.from({ length: 21 }, (_, index) => `t${index}`);
    for (const tags of [['a', 'a'], ['two words'], [''], ['x'.repeat(41)], ['<b>'], many, 'a', [1], null])
      expect(await ada.refused('PUT', of(chatId, 'tags'), { tags })).toEqual(INVALID);
  });

  it('tells who the customer is, and which other chats there are', async () => {
    const [first, second] = [await server.createChat(grace.headers), await server.createChat(grace.headers)];
    const stranger = await server.createChat();
    expect(await ada.ok('GET', of(second, 'customer'))).toMatchObject({
      name: 'Grace',
      userId: grace.id,
      visitorId: null,
      channel: 'api',
      variables: {},
      otherChats: [{ chatId: first, owner: 'bot' }],
    });
    expect(await ada.ok('GET', of(stranger, 'customer'))).toMatchObject({
      name: 'Guest',
      userId: null,
      otherChats: [],
    });
  });

  it('saves views, each for its agent', async () => {
    const view = { name: ' Refunds ', filters: { Owner: ['requested'], Tag: 'refund' } };
    const { status, body } = await ada.call<{ viewId: string }>('POST', '/api/takeover/views', view);
    expect([status, body]).toEqual([
      201,
      { viewId: expect.any(String) as string, name: 'Refunds', filters: view.filters },
    ]);
    const path = `/api/takeover/views/${body.viewId}`;
    expect(await ben.ok('GET', '/api/takeover/views')).toEqual({ items: [] });
    expect(await ben.refused('PUT', path, view)).toEqual(MISSING);
    expect(await ben.refused('DELETE', path)).toEqual(MISSING);
    await ada.ok('PUT', path, { name: 'Others', filters: {} });
    await ada.ok('PUT', path, { name: 'Others', filters: {} });
    expect(await ada.ok('GET', '/api/takeover/views')).toEqual({
      items: [{ viewId: body.viewId, name: 'Others', filters: {} }],
    });
    for (const wrong of [
      { name: '', filters: {} },
      { name: 'a' },
      { name: 'a', filters: [] },
      { name: 'a', filters: { a: 'x'.repeat(4001) } },
    ])
      expect(await ada.refused('POST', '/api/takeover/views', wrong)).toEqual(INVALID);
    expect((await ada.text('DELETE', path)).status).toBe(204);
  });

  it('has canned answers of its own and of all, with what is to be filled in', async () => {
    const base = '/api/takeover/cannedAnswers';
    const text = 'Hello {{customerName}}, {{ agentName }} here. {{customerName}}! {{}} {not} {{a b}}';
    const own = { shortcut: 'hi', title: 'Greeting', text, isShared: false };
    const { status, body } = await ada.call<{ cannedAnswerId: string }>('POST', base, own);
    expect([status, body]).toEqual([
      201,
      { cannedAnswerId: body.cannedAnswerId, ...own, variables: ['customerName', 'agentName'] },
    ]);
    const shared = { shortcut: 'bye', title: 'Farewell', text: 'Goodbye', isShared: true };
    expect(await ada.refused('POST', base, shared)).toEqual([403, 'FORBIDDEN']);
    const { body: common } = await boss.call<{ cannedAnswerId: string }>('POST', base, shared);
    const idsOf = async (person: Person): Promise<string[]> =>
      (await person.ok<{ items: { cannedAnswerId: string }[] }>('GET', base)).items.map((item) => item.cannedAnswerId);
    expect(await idsOf(ada)).toEqual([common.cannedAnswerId, body.cannedAnswerId]);
    expect(await idsOf(ben)).toEqual([common.cannedAnswerId]);
    expect(await ben.refused('PUT', `${base}/${body.cannedAnswerId}`, own)).toEqual(MISSING);
    expect(await ben.refused('PUT', `${base}/${common.cannedAnswerId}`, { ...shared, isShared: false })).toEqual([
      403,
      'FORBIDDEN',
    ]);
    expect(await ben.refused('DELETE', `${base}/${common.cannedAnswerId}`)).toEqual([403, 'FORBIDDEN']);
    expect(await ada.ok('PUT', `${base}/${body.cannedAnswerId}`, { ...own, text: 'Plain' })).toMatchObject({
      variables: [],
    });
    for (const wrong of [
      { shortcut: '/hi' },
      { shortcut: '' },
      { title: ' ' },
      { text: '' },
      { text: 'x'.repeat(16_001) },
      { isShared: 'no' },
    ])
      expect(await ada.refused('POST', base, { ...own, ...wrong })).toEqual(INVALID);
    expect((await ada.text('DELETE', `${base}/${body.cannedAnswerId}`)).status).toBe(204);
    expect((await boss.text('DELETE', `${base}/${common.cannedAnswerId}`)).status).toBe(204);
  });
});

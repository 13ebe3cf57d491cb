import { ChatServer } from '../../support/chat-server.js';
import { Caller, idsOf, NOT_FOUND, type Body, type Page } from './chats.support.js';

const UNKNOWN = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

describe('the chats of a user', () => {
  let server: ChatServer;
  let admin: Caller;
  let ada: Caller;
  let bob: Caller;
  let anonymous: Caller;
  let users = 0;
  beforeAll(async () => {
    server = await ChatServer.start();
    ({ admin, ada, bob, anonymous } = await Caller.all(server));
  }, 60_000);
  afterAll(() => server.stop());

  const freshUser = async (): Promise<Caller> => {
    const login = `user-${++users}`;
    const { userId } = await admin.ok('POST', '/api/admin/users', { login, roles: ['user'] });
    const { key } = await admin.ok('POST', `/api/admin/users/${String(userId)}/apiKeys`, { name: 'test' });
    return ada.withKey(String(key));
  };

  describe('lists', () => {
    it('finds, orders and pages with totals that hold after every change', async () => {
      const carl = await freshUser();
      const named = async (displayName: string): Promise<string> => {
        const chatId = await carl.createChat();
        await carl.ok('PUT', `/api/chats/${chatId}/displayName`, { displayName });
        return chatId;
      };
      const list = (query: string): Promise<Page> => carl.ok('GET', `/api/users/current/chats?${query}`);
      expect(await list('')).toMatchObject({ totalItemCount: 0, totalPageCount: 0, items: [] });
      const [apples, oranges, percent] = [await named('Äpfel'), await named('Oranges'), await named('100%_done!')];
      expect((await list('')).totalItemCount).toBe(3);
      expect((await list('PageSize=2&PageNumber=2')).items).toHaveLength(1);
      const found = async (query: string): Promise<unknown[]> => (await list(query)).items.map(({ chatId }) => chatId);
      expect(await found('SearchFor=RANGE')).toEqual([oranges]);
      expect(await found(`SearchFor=${encodeURIComponent('äPFEL')}`)).toEqual([apples]);
      expect(await found(`SearchFor=${encodeURIComponent('0%_D')}`)).toEqual([percent]);
      expect(await found('SearchFor=%25n')).toEqual([]);
      expect(await found('OrderBy=createdUtc')).toEqual([apples, oranges, percent]);
      expect(await found('orderby=createdUtc%20desc')).toEqual([percent, oranges, apples]);
      expect(await found('OrderBy=-displayName&PageSize=1')).toHaveLength(1);
      expect(await found('OrderBy=id);DROP TABLE chats--')).toHaveLength(3);

      await carl.ok('PUT', `/api/users/current/chats/${oranges}/isfavorite`, { isFavorite: true });
      expect(await list('OnlyFavorites=True')).toMatchObject({
        totalItemCount: 1,
        items: [{ chatId: oranges, isFavorite: true }],
      });
      expect(await found('OrderBy=isFavorite desc')).toEqual([oranges, percent, apples]);
      await carl.ok('DELETE', `/api/chats/${percent}`);
      expect((await list('')).totalItemCount).toBe(2);
      await carl.ok('PUT', `/api/users/current/chats/${oranges}/isfavorite`, { isFavorite: false });
      expect((await list('OnlyFavorites=1')).totalItemCount).toBe(0);
      expect((await carl.call('GET', '/api/users/current/chats?OnlyFavorites=yes')).status).toBe(400);
      expect((await carl.call('GET', '/api/users/current/chats?PageSize=0')).status).toBe(400);
    });
  });

  describe('deletion', () => {
    it('takes a chat by its id, and only the user’s own', async () => {
      const chatId = await ada.createChat();
      expect(await bob.refused('DELETE', `/api/users/current/chats/byid/${chatId}`)).toEqual(NOT_FOUND);
      expect(await ada.refused('DELETE', `/api/users/current/chats/byid/${await anonymous.createChat()}`)).toEqual(
        NOT_FOUND,
      );
      expect(await ada.ok('DELETE', `/api/users/current/chats/byid/${chatId}`)).toEqual({});
      expect(await ada.refused('DELETE', `/api/users/current/chats/byid/${chatId}`)).toEqual(NOT_FOUND);
      expect(await ada.refused('GET', `/api/chats/${chatId}`)).toEqual(NOT_FOUND);
    });

    it('takes all chats, those of a bot, or those with a system message; favourites when asked to', async () => {
      const user = await freshUser();
      const [first, second] = [await admin.createBot(), await admin.createBot()];
      await admin.ok('PUT', `/api/admin/bots/${second}/parameters`, { isUserSystemMessageSupported: true });
      const message = { displayName: 'm', systemMessage: 'm' };
      const messageId = await user.ok<string>('POST', '/api/users/current/userSystemMessage', message);
      const chats = {
        plain: await user.createChat(first),
        favourite: await user.createChat(first),
        other: await user.createChat(second),
        attached: await user.createChat(second),
      };
      await user.ok('PUT', `/api/users/current/chats/${chats.favourite}/isfavorite`, { isFavorite: true });
      await user.ok('PUT', `/api/chats/${chats.attached}/userSystemMessage`, { userSystemMessageId: messageId });
      const rest = async (): Promise<unknown[]> => (await idsOf(user)).toSorted();
      const bobs = await bob.createChat(first);

      await user.ok('DELETE', `/api/users/current/chats/bybot/${second}/${messageId}/True`);
      expect(await rest()).toEqual([chats.plain, chats.favourite, chats.other].toSorted());
      await user.ok('DELETE', `/api/users/current/chats/bybot/${first}/true`);
      expect(await rest()).toEqual([chats.favourite, chats.other].toSorted());
      await user.ok('DELETE', '/api/users/current/chats/all/1');
      expect(await rest()).toEqual([chats.favourite]);
      await user.ok('DELETE', '/api/users/current/chats/all/False');
      expect(await rest()).toEqual([]);
      expect(await idsOf(bob)).toContain(bobs);
    });

    it.each(['maybe', '2', 'TRUEE', 'null'])('refuses the flag %s and deletes nothing', async (flag) => {
      const user = await freshUser();
      const chatId = await user.createChat();
      for (const path of [`all/${flag}`, `bybot/${UNKNOWN}/${flag}`, `bybot/${UNKNOWN}/${UNKNOWN}/${flag}`])
        expect(await user.refused('DELETE', `/api/users/current/chats/${path}`)).toEqual([400, 'VALIDATION_FAILED']);
      expect(await idsOf(user)).toEqual([chatId]);
    });

    it('ends a running answer first, and those who wait for it are told', async () => {
      const chatId = await ada.createChat();
      const stream = await ada.stream(chatId, 'Talk [[tokens=400 delay=20]]');
      await stream.until((events) => events.some(({ type }) => type === 'message.delta'));
      const queued = ada.call('POST', `/api/chats/${chatId}/completions`, { userMessage: 'And then?' });
      await stream.until(() => stream.deltas().length > 3);
      await ada.ok('DELETE', `/api/chats/${chatId}`);
      await stream.untilEnd();
      expect(stream.types()).toContain('turn.ended');
      expect((await queued).status).toBe(404);
      await server.provider.journal.until(({ aborts }) =>
        aborts.some(({ userMessage }) => userMessage.startsWith('Talk')),
      );
      expect(server.provider.journal.requests.some(({ userMessage }) => userMessage === 'And then?')).toBe(false);
    });

    it('takes one question with its answer out of everything that is read', async () => {
      const chatId = await ada.createChat();
      const secret = await ada.say(chatId, 'My secret is 4711');
      await ada.say(chatId, 'Something else');
      const path = `/api/users/current/chats/${chatId}/completion/${String(secret['completionId'])}`;
      expect(await bob.refused('DELETE', path)).toEqual(NOT_FOUND);
      expect(await ada.ok('DELETE', path)).toEqual({});
      expect(await ada.refused('DELETE', path)).toEqual(NOT_FOUND);
      const { completions } = await ada.ok<{ completions: Body[] }>('GET', `/api/chats/${chatId}`);
      expect(completions.map(({ userMessage }) => userMessage)).toEqual(['Something else']);

      const { items } = await ada.ok<{ items: { seq: number }[] }>('GET', `/api/chats/${chatId}/events`);
      expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
      expect(JSON.stringify(items)).not.toContain('4711');
      expect(await (await ada.raw('GET', `/api/chats/${chatId}/downloads/transcript.txt`)).text()).not.toContain(
        '4711',
      );
      await ada.say(chatId, 'What did I say?');
      expect(JSON.stringify(server.provider.journal.last!.body['input'])).not.toContain('4711');
    });

    it('leaves a question alone while it is being answered', async () => {
      const chatId = await ada.createChat();
      const stream = await ada.stream(chatId, 'Go on [[tokens=200 delay=20]]');
      await stream.until((events) => events.some(({ type }) => type === 'turn.started'));
      const { turnId } = stream.events.find(({ type }) => type === 'turn.started')!.data['data'] as { turnId: string };
      const path = `/api/users/current/chats/${chatId}/completion/${turnId}`;
      expect(await ada.refused('DELETE', path)).toEqual([409, 'CONFLICT']);
      await ada.ok('POST', `/api/chats/${chatId}/turns/current/stop`);
      await stream.untilEnd();
      expect(await ada.ok('DELETE', path)).toEqual({});
    });
  });
});

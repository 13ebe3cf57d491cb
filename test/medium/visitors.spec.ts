import { ANONYMOUS, GUEST_NAME, type VisitorPrincipal } from '@app/common';
import { AuthService } from '../../apps/api/src/auth/auth.service.js';
import { VisitorTokensService } from '../../apps/api/src/auth/visitor-tokens.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { ChatsService } from '../../apps/api/src/chats/chat/chats.service.js';
import { OwnershipService } from '../../apps/api/src/baton/ownership/ownership.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { code, createBot, ENGINES, KEY, reach } from './bots.support.js';

describe.each(ENGINES)('visitors on $engine', ({ settings }) => {
  let server: TestApp;
  let chats: ChatsService;
  let tokens: VisitorTokensService;
  let botId: string;
  let otherBotId: string;
  const visitor = (visitorId: string, bot = botId): VisitorPrincipal => ({
    kind: 'visitor',
    visitorId,
    botId: bot,
    displayName: GUEST_NAME,
  });

  beforeAll(async () => {
    server = await startTestApp({ ...KEY, ...settings });
    chats = reach(server, ChatsService);
    tokens = reach(server, VisitorTokensService);
    botId = await createBot(server);
    otherBotId = await createBot(server);
  });
  afterAll(() => server.stop());

  it('are known by their token', async () => {
    const { token, expiresAt } = await tokens.issue({ visitorId: 'v1', botId });
    expect(await reach<AuthService>(server, AuthService).authenticate(token)).toEqual(visitor('v1'));
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it.each([
    ['changed', (token: string) => `${token.slice(0, -4)}AAAA`],
    ['without a signature', (token: string) => `${token.split('.').slice(0, 2).join('.')}.`],
    ['that is no token', () => 'bv_'],
    ['of another kind', () => `bv_${'a'.repeat(500)}`],
  ])('are not known by a token %s', async (_, change) => {
    const { token } = await tokens.issue({ visitorId: 'v1', botId });
    await expect(reach<AuthService>(server, AuthService).authenticate(change(token))).rejects.toEqual(
      code('INVALID_TOKEN'),
    );
  });

  it('may speak with their own bot only, and only while it is public', async () => {
    const bots = reach<BotsService>(server, BotsService);
    expect((await bots.getUsableBot(visitor('v1'), botId)).id).toBe(botId);
    await expect(bots.getUsableBot(visitor('v1'), otherBotId)).rejects.toEqual(code('NOT_FOUND'));
    const privateBotId = await createBot(server, { isPublic: false });
    await expect(bots.getUsableBot(visitor('v1', privateBotId), privateBotId)).rejects.toEqual(code('NOT_FOUND'));
  });

  it('hold their chats alone', async () => {
    const chatId = await chats.openChat(visitor('v1'), botId, 'widget');
    expect((await chats.getCustomerChat(visitor('v1'), chatId)).visitorId).toBe('v1');
    await expect(chats.getCustomerChat(visitor('v2'), chatId)).rejects.toEqual(code('NOT_FOUND'));
    await expect(chats.getCustomerChat(ANONYMOUS, chatId)).rejects.toEqual(code('NOT_FOUND'));
  });

  it('have one chat on a channel with one chat, also when they come many times at once', async () => {
    const open = (id: string, bot = botId): Promise<string> => chats.openAddressedChat(visitor(id, bot), 'whatsapp');
    const ids = await Promise.all(Array.from({ length: 8 }, () => open('w1')));
    expect(new Set(ids).size).toBe(1);
    expect(await open('w1')).toBe(ids[0]);
    expect(await open('w2')).not.toBe(ids[0]);
    expect(await open('w1', otherBotId)).not.toBe(ids[0]);
  });

  it('begin a new chat there after the last was closed', async () => {
    const open = (): Promise<string> => chats.openAddressedChat(visitor('w3'), 'whatsapp');
    const closed = await open();
    await reach<OwnershipService>(server, OwnershipService).transition({
      chatId: closed,
      transition: 'end',
      reason: 'customer_end',
      actor: { kind: 'customer', id: 'w3', name: GUEST_NAME },
    });
    const [next, again] = await Promise.all([open(), open()]);
    expect(next).not.toBe(closed);
    expect(again).toBe(next);
  });
});

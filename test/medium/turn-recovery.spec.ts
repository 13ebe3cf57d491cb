import { ANONYMOUS } from '@app/common';
import { dialectOf, type TurnOptions } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ChatsService } from '../../apps/api/src/chats/chat/chats.service.js';
import { CompletionsService } from '../../apps/api/src/chats/completions/completions.service.js';
import { ChatTransaction } from '../../apps/api/src/baton/fence/chat-transaction.repository.js';
import { TurnToolLogRepository } from '../../apps/api/src/baton/turns/tools/turn-tool-log.repository.js';
import { TurnChunksRepository } from '../../apps/api/src/baton/turns/turn-chunks.repository.js';
import { TurnLeasesRepository } from '../../apps/api/src/baton/turns/turn-leases.repository.js';
import { TurnSweeper } from '../../apps/api/src/baton/instances/turn-sweeper.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';
import { bearer, HttpClient } from '../support/http-client.js';

const ADMIN_KEY = 'bt_recovery_of_turns_0123456789abcdef0123456789';
const MANY = 250;
const BOT = { kind: 'bot' as const, id: null, name: 'Bot' };

describe('turns of an instance that died', () => {
  const provider = new FakeProvider();
  let server: TestApp;
  let dataSource: DataSource;
  let leases: TurnLeasesRepository;

  const startServer = async (leaseSeconds: number): Promise<void> => {
    server = await startTestApp({
      ADMIN_API_KEY: ADMIN_KEY,
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: provider.baseUrl,
      OPENAI_MODEL: 'fake-large',
      TURN_LEASE_SECONDS: String(leaseSeconds),
      SHUTDOWN_GRACE_SECONDS: '0',
    });
    dataSource = server.app.get<DataSource>(getDataSourceToken());
    leases = server.app.get(TurnLeasesRepository);
  };
  beforeAll(() => provider.start());
  afterEach(() => server.stop());
  afterAll(() => provider.stop());

  const call = <Body>(method: string, path: string, body?: object): Promise<Body> =>
    new HttpClient(server.url, bearer(ADMIN_KEY)).ok<Body>(method, path, body);
  const createChat = async (): Promise<string> => {
    const { openChatBotId: botId } = await call<{ openChatBotId: string }>('GET', '/api/chats/OpenChatBotId');
    return (await call<{ chatId: string }>('POST', '/api/chats', { botId })).chatId;
  };

  /** A turn as a dead instance leaves it: running, with a lease that is good for so long. */
  const leaveTurn = async (
    id: string,
    chatId: string,
    leaseMs: number,
    options: TurnOptions | object = {},
  ): Promise<void> => {
    const lease = dialectOf(dataSource).nowPlus(leaseMs);
    await dataSource.query(
      `INSERT INTO turns (id, chat_id, bot_id, seq, epoch, status, input_message_id, output_message_id, attempts, recoveries,
         options, input_tokens, cached_tokens, output_tokens, reasoning_tokens, is_usage_estimated, user_key, created_at, lease_until)
       SELECT ?, id, bot_id, 1, epoch, 'running', 'none', ?, 0, 0, ?, 0, 0, 0, 0, 0, 'user:1', created_at, ${lease}
       FROM chats WHERE id = ?`,
      [id, `${id}-answer`, JSON.stringify(options), chatId],
    );
    await dataSource.query('UPDATE chats SET running_turn_id = ? WHERE id = ?', [id, chatId]);
  };

  it('are left alone while their lease is good, restarted once, then sealed', async () => {
    // No sweep comes between.
    await startServer(60);
    const chatId = await createChat();
    const orphan = { turnId: 'turn-of-another', chatId };
    await leaveTurn(orphan.turnId, chatId, 60_000);
    expect(await leases.recover(orphan, false)).toEqual({ kind: 'gone' });
    const expire = `UPDATE turns SET lease_until = '2020-01-01 00:00:00.000' WHERE id = '${orphan.turnId}'`;
    await dataSource.query(expire);
    expect(await leases.recover(orphan, false)).toEqual({
      kind: 'restart',
      turn: expect.objectContaining({ turnId: orphan.turnId, epoch: 2 }),
    });
    expect(await leases.recover(orphan, false)).toEqual({ kind: 'gone' });
    await dataSource.query(expire);
    expect(await leases.recover(orphan, false)).toEqual({ kind: 'seal', isRepeated: false });
  });

  it('are not restarted when they have called a tool, because its effect is unknown', async () => {
    await startServer(60);
    const chatId = await createChat();
    const orphan = { turnId: 'turn-with-tools', chatId };
    await leaveTurn(orphan.turnId, chatId, -1000);
    const turn = { turnId: orphan.turnId, chatId, epoch: 1 };
    const data = { turnId: orphan.turnId, messageId: 'm', inputMessageId: 'i', botId: 'b' };
    await ChatTransaction.run(dataSource, [chatId], (transaction) => {
      transaction.addEvent(transaction.chat(chatId)!, { type: 'turn.started', actor: BOT, data });
      return Promise.resolve();
    });
    const call = { turnId: orphan.turnId, callId: 'c', tool: 'charge_card', arguments: '{"cents":100}' };
    const log = server.app.get(TurnToolLogRepository);
    const news = { turn, actor: BOT, events: [{ type: 'tool.called' as const, data: call }], variables: [] };
    expect(await log.append(news)).toMatchObject([{ seq: 2, type: 'tool.called' }]);
    expect(await leases.recover(orphan, false)).toEqual({ kind: 'seal', isRepeated: false });
    expect(await log.append({ ...news, turn: { ...turn, epoch: 2 } })).toBeNull();
    expect(await log.append({ ...news, turn: { ...turn, turnId: 'another' } })).toBeNull();
  });

  it('are sealed and answered again, once, where only whole answers reach the customer', async () => {
    await startServer(1);
    const chatId = await createChat();
    const log = async (): Promise<{ type: string; data: Record<string, unknown> }[]> =>
      (await call<{ items: { type: string; data: Record<string, unknown> }[] }>('GET', `/api/chats/${chatId}/events`))
        .items;
    // Its lease is good until the words are there.
    await leaveTurn('cut', chatId, 60_000, {
      ignoreChatHistory: false,
      isTraceLogEnabled: false,
      isRepeatedWhenCut: true,
    });
    const said = { turnId: 'cut', chatId, epoch: 1, offset: 0, text: 'Half of' };
    expect(await server.app.get(TurnChunksRepository).appendChunks([said])).toEqual(new Set(['cut']));
    await leases.expireLeases(['cut']);
    await eventually(async () => (await log()).filter(({ type }) => type === 'turn.ended').length === 2);
    const [sealed, cut, started, answered, ended] = await log();
    expect(sealed).toMatchObject({ type: 'message.completed', data: { status: 'interrupted', text: 'Half of' } });
    expect(cut).toMatchObject({ type: 'turn.ended', data: { turnId: 'cut', error: { code: 'TURN_REPEATED' } } });
    expect(started).toMatchObject({ type: 'turn.started', data: { inputMessageId: 'none' } });
    expect(answered).toMatchObject({ type: 'message.completed', data: { status: 'complete' } });
    expect(ended).toMatchObject({ type: 'turn.ended', data: { status: 'completed' } });
    const turns = await dataSource.query<{ status: string; recoveries: number }[]>(
      'SELECT status, recoveries FROM turns WHERE chat_id = ? ORDER BY recoveries',
      [chatId],
    );
    expect(turns).toMatchObject([
      { status: 'interrupted', recoveries: 0 },
      { status: 'completed', recoveries: 1 },
    ]);
  });

  it('are left to others by an instance that stops, where only whole answers reach the customer', async () => {
    await startServer(60);
    const { openChatBotId } = await call<{ openChatBotId: string }>('GET', '/api/chats/OpenChatBotId');
    const chatId = await server.app.get(ChatsService, { strict: false }).openChat(ANONYMOUS, openChatBotId, 'whatsapp');
    const text = '[[delay=20]] [[text=An answer that takes longer than this instance has.]]';
    const options = { idempotency: null, language: 'en' as const };
    await server.app.get(CompletionsService, { strict: false }).accept(ANONYMOUS, chatId, text, options);
    const said = `SELECT t.id FROM turns t WHERE t.chat_id = ? AND EXISTS (SELECT 1 FROM turn_chunks k WHERE k.turn_id = t.id)`;
    const turns = await eventually(
      () => dataSource.query<{ id: string }[]>(said, [chatId]),
      ({ length }) => length === 1,
    );
    await server.app.get(TurnSweeper).beforeApplicationShutdown();
    const orphan = { turnId: turns[0]!.id, chatId };
    // The lease has run out in the next millisecond.
    const orphans = await eventually(
      () => leases.findOrphans(false),
      ({ length }) => length > 0,
    );
    expect(orphans).toEqual([orphan]);
    expect(await leases.recover(orphan, false)).toEqual({ kind: 'seal', isRepeated: true });
  });

  it('go on when the answer to a commit of their words was lost', async () => {
    await startServer(60);
    const chatId = await createChat();
    await leaveTurn('turn-of-mine', chatId, 60_000);
    const chunks = server.app.get(TurnChunksRepository);
    const [{ epoch }] = await dataSource.query<[{ epoch: number }]>('SELECT epoch FROM chats WHERE id = ?', [chatId]);
    const said = { turnId: 'turn-of-mine', chatId, epoch, offset: 0 };
    await chunks.appendChunks([{ ...said, text: 'What was' }]);
    expect(await chunks.appendChunks([{ ...said, text: 'What was said' }])).toEqual(new Set(['turn-of-mine']));
    expect(await chunks.findText('turn-of-mine', 0)).toBe('What was said');
    expect(await chunks.findText('turn-of-mine', 'What was'.length)).toBe(' said');
  });

  it('all end, however many there are', async () => {
    await startServer(1);
    const chatIds = await Promise.all(Array.from({ length: MANY }, createChat));
    await Promise.all(chatIds.map((chatId, index) => leaveTurn(`left-behind-${index}`, chatId, -1000)));
    const running = `SELECT id FROM turns WHERE id LIKE 'left-behind-%' AND status = 'running' LIMIT 1`;
    await eventually(async () => (await dataSource.query<unknown[]>(running)).length === 0);
    const chat = await call<{ items: { seq: number; type: string }[] }>('GET', `/api/chats/${chatIds[7]}/events`);
    expect(chat.items.map(({ seq }) => seq)).toEqual(chat.items.map((_, index) => index + 1));
    expect(chat.items.at(-1)).toMatchObject({ type: 'turn.ended' });
  });
});

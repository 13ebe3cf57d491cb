import { dialectOf } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TurnLeasesRepository } from '../../apps/api/src/chats/turn-leases.repository.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FakeProvider } from '../support/fake-provider/fake-provider.mjs';

const ADMIN_KEY = 'bt_recovery_of_turns_0123456789abcdef0123456789';
const MANY = 250;

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

  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(server.url + path, { method, headers, body: body && JSON.stringify(body) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Answer;
  };
  const createChat = async (): Promise<string> => {
    const { openChatBotId: botId } = await call<{ openChatBotId: string }>('GET', '/api/chats/OpenChatBotId');
    return (await call<{ chatId: string }>('POST', '/api/chats', { botId })).chatId;
  };

  /** A turn as a dead instance leaves it: running, with a lease that is good for so long. */
  const leaveTurn = async (id: string, chatId: string, leaseMs: number): Promise<void> => {
    const lease = dialectOf(dataSource).nowPlus(leaseMs);
    await dataSource.query(
      `INSERT INTO turns (id, chat_id, bot_id, seq, epoch, status, input_message_id, output_message_id, attempts, recoveries,
         options, input_tokens, cached_tokens, output_tokens, reasoning_tokens, is_usage_estimated, user_key, created_at, lease_until)
       SELECT ?, id, bot_id, 1, epoch, 'running', 'none', ?, 0, 0, '{}', 0, 0, 0, 0, 0, 'user:1', created_at, ${lease}
       FROM chats WHERE id = ?`,
      [id, `${id}-answer`, chatId],
    );
    await dataSource.query('UPDATE chats SET running_turn_id = ? WHERE id = ?', [id, chatId]);
  };

  it('are left alone while their lease is good, run anew once, then sealed', async () => {
    // No sweep comes between.
    await startServer(60);
    const chatId = await createChat();
    const orphan = { turnId: 'turn-of-another', chatId };
    await leaveTurn(orphan.turnId, chatId, 60_000);
    expect(await leases.takeOver(orphan, false)).toEqual({ kind: 'gone' });
    const expire = `UPDATE turns SET lease_until = '2020-01-01 00:00:00.000' WHERE id = '${orphan.turnId}'`;
    await dataSource.query(expire);
    expect(await leases.takeOver(orphan, false)).toEqual({
      kind: 'again',
      turn: expect.objectContaining({ turnId: orphan.turnId, epoch: 2 }),
    });
    expect(await leases.takeOver(orphan, false)).toEqual({ kind: 'gone' });
    await dataSource.query(expire);
    expect(await leases.takeOver(orphan, false)).toEqual({ kind: 'seal' });
  });

  it('all end, however many there are', async () => {
    await startServer(1);
    const chatIds = await Promise.all(Array.from({ length: MANY }, createChat));
    await Promise.all(chatIds.map((chatId, index) => leaveTurn(`left-behind-${index}`, chatId, -1000)));
    let left = MANY;
    while (left > 0) {
      const [row] = await dataSource.query<{ left_over: number | string }[]>(
        `SELECT COUNT(*) AS left_over FROM turns WHERE id LIKE 'left-behind-%' AND status = 'running'`,
      );
      left = Number(row!.left_over);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const chat = await call<{ items: { seq: number; type: string }[] }>('GET', `/api/chats/${chatIds[7]}/events`);
    expect(chat.items.map(({ seq }) => seq)).toEqual(chat.items.map((_, index) => index + 1));
    expect(chat.items.at(-1)).toMatchObject({ type: 'turn.ended' });
  });
});

import { dialectOf, fromSqlTime } from '@app/database';
import { DataSource } from 'typeorm';
import { LostCallsService } from '../../apps/api/src/accounting/ledger/lost-calls.service.js';
import { CacheService } from '../../apps/api/src/cache/cache.service.js';
import { TurnLeasesRepository } from '../../apps/api/src/baton/turns/turn-leases.repository.js';
import { ChatServer } from '../support/chat-server.js';
import { eventually } from '../support/eventually.js';
import { ENGINES } from './bots.support.js';

interface LedgerRow {
  id: string;
  turn_id: string;
  status: string;
  outcome: string | null;
  channel: string | null;
  model: string;
  service_id: string | null;
  requests: number;
  round: number;
  attempt: number;
  input_tokens: number;
  output_tokens: number;
  is_estimated: number;
  first_text_ms: number | null;
  duration_ms: number | null;
  created_at: string | Date;
}

const FIRST_SERVICE = '00000000-0000-7000-8000-000000000001';
const SETTINGS = { TURN_LEASE_SECONDS: '60', PROVIDER_ATTEMPTS: '3' };

describe.each(ENGINES)('the ledger on $engine', ({ settings }) => {
  let server: ChatServer;
  let database: DataSource;

  beforeAll(async () => {
    server = await ChatServer.start({ ...SETTINGS, ...(settings as Record<string, string>) });
    database = server.app.app.get(DataSource, { strict: false });
  }, 60_000);
  afterEach(() => server.provider.reset());
  afterAll(() => server.stop());

  const rowsOf = (chatId: string): Promise<LedgerRow[]> =>
    database.query(
      'SELECT l.* FROM usage_ledger l JOIN turns t ON t.id = l.turn_id WHERE t.chat_id = ? AND l.usage_type = 1 ORDER BY l.id',
      [chatId],
    );
  const settledRowsOf = (chatId: string): Promise<LedgerRow[]> =>
    eventually(
      () => rowsOf(chatId),
      (rows) => rows.length > 0 && rows.every(({ status }) => status === 'settled'),
    );
  const expectTurnToBeTheSum = async (chatId: string): Promise<void> => {
    const sums = `(SELECT SUM(l.input_tokens) FROM usage_ledger l WHERE l.turn_id = t.id AND l.usage_type = 1) AS i,
      (SELECT SUM(l.output_tokens) FROM usage_ledger l WHERE l.turn_id = t.id AND l.usage_type = 1) AS o,
      (SELECT MAX(l.is_estimated) FROM usage_ledger l WHERE l.turn_id = t.id AND l.usage_type = 1) AS e,
      (SELECT SUM(l.requests) FROM usage_ledger l WHERE l.turn_id = t.id) AS n`;
    const turns = await database.query<Record<string, unknown>[]>(
      `SELECT t.input_tokens, t.output_tokens, t.is_usage_estimated, ${sums} FROM turns t WHERE t.chat_id = ?`,
      [chatId],
    );
    for (const { input_tokens, output_tokens, is_usage_estimated, i, o, e, n } of turns)
      expect([input_tokens, output_tokens, is_usage_estimated, 1].map(Number)).toEqual([i, o, e, n].map(Number));
  };
  const activate = async (isActive: number): Promise<void> => {
    await database.query('UPDATE openai_services SET is_active = ?', [isActive]);
    await server.app.app.get(CacheService, { strict: false }).clear();
  };
  const say = async (message: string): Promise<string> => {
    const chatId = await server.createChat();
    await server.complete(chatId, message);
    return chatId;
  };

  it('has the figures of the service for an answer, with its times', async () => {
    const chatId = await say('Hello [[tokens=7]]');
    const [row, ...others] = await settledRowsOf(chatId);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      outcome: 'ok',
      channel: 'api',
      model: 'fake-large',
      round: 1,
      attempt: 1,
      requests: 1,
    });
    expect(row).toMatchObject({ output_tokens: 7, is_estimated: 0 });
    expect(row!.service_id).not.toBeNull();
    expect(row!.input_tokens).toBeGreaterThan(0);
    expect(row!.duration_ms).toBeGreaterThanOrEqual(row!.first_text_ms!);
    await expectTurnToBeTheSum(chatId);
  });

  it('has a row for each attempt: what was refused cost nothing', async () => {
    const chatId = await say('Hello [[fail=2 status=500]] [[tokens=5]]');
    const rows = await settledRowsOf(chatId);
    expect(rows.map(({ outcome, round, attempt, requests }) => [outcome, round, attempt, requests])).toEqual([
      ['PROVIDER_ERROR', 1, 1, 1],
      ['PROVIDER_ERROR', 1, 2, 0],
      ['ok', 1, 3, 0],
    ]);
    expect(rows.map(({ input_tokens, is_estimated }) => [input_tokens > 0, is_estimated])).toEqual([
      [false, 0],
      [false, 0],
      [true, 0],
    ]);
    await expectTurnToBeTheSum(chatId);
  });

  it('has a row for each round', async () => {
    const chatId = await say('[[tool=weather {"city":"Rome"}]] [[tokens=3]]');
    const rows = await settledRowsOf(chatId);
    expect(rows.every(({ outcome, attempt }) => outcome === 'ok' && attempt === 1)).toBe(true);
    expect(rows.map(({ round }) => round)).toEqual(rows.map((_, index) => index + 1));
    await expectTurnToBeTheSum(chatId);
  });

  it.each([
    ['cut', '[[reset=3]] [[delay=2]]', 'PROVIDER_INCOMPLETE'],
    ['garbled', '[[malformed=3]] [[delay=2]]', 'PROVIDER_MALFORMED'],
    ['ended by the limit', '[[finish=length]]', 'PROVIDER_ANSWER_CUT'],
  ])('estimates an answer that is %s, or believes the service', async (_name, directives, outcome) => {
    const chatId = await say(`Hello ${directives} [[tokens=9]]`);
    const rows = await settledRowsOf(chatId);
    expect(rows.at(-1)).toMatchObject({ outcome, is_estimated: Number(!directives.includes('finish')) });
    expect(rows.at(-1)!.input_tokens).toBeGreaterThan(0);
    expect(rows.at(-1)!.output_tokens).toBeGreaterThan(0);
    await expectTurnToBeTheSum(chatId);
  });

  it('estimates an answer that was stopped, once its runner has let go of it', async () => {
    const chatId = await server.createChat();
    const stream = await server.stream(chatId, 'Hello [[stall=4]] [[delay=2]]');
    await stream.until((events) => events.some(({ type }) => type === 'message.delta'));
    const [reserved] = await rowsOf(chatId);
    expect(reserved).toMatchObject({ status: 'reserved', outcome: null, requests: 1 });
    expect((await server.asAdmin('POST', `/api/chats/${chatId}/turns/current/stop`)).status).toBeLessThan(300);
    const [row] = await settledRowsOf(chatId);
    expect(row).toMatchObject({ id: reserved!.id, outcome: 'aborted', is_estimated: 1 });
    expect(row!.output_tokens).toBeGreaterThan(0);
    await eventually(() =>
      expectTurnToBeTheSum(chatId).then(
        () => true,
        () => false,
      ),
    );
    await stream.close();
  });

  it('has a request that cost nothing for a turn that came to no call', async () => {
    const chatId = await server.createChat();
    await activate(0);
    const { status } = await server.complete(chatId, 'Hello');
    await activate(1);
    expect(status).toBe(503);
    const [row] = await settledRowsOf(chatId);
    expect(row).toMatchObject({ requests: 1, input_tokens: 0, output_tokens: 0, is_estimated: 0 });
  });

  describe('after the death of an instance', () => {
    /** A turn with its first reservation, as the instance leaves them: nothing else is known. */
    const leaveTurn = async (text: string): Promise<{ chatId: string; turnId: string }> => {
      const chatId = await say('How are you today?');
      const [row] = await settledRowsOf(chatId);
      const { turn_id: turnId } = row!;
      const { now } = dialectOf(database);
      await database.query(
        `UPDATE usage_ledger SET status = 'reserved', outcome = NULL, input_tokens = 0, output_tokens = 0, service_id = NULL, model = ''
         WHERE turn_id = ?`,
        [turnId],
      );
      await database.query(`UPDATE turns SET status = 'running', lease_until = ${now}, input_tokens = 0 WHERE id = ?`, [
        turnId,
      ]);
      await database.query('UPDATE chats SET running_turn_id = ? WHERE id = ?', [turnId, chatId]);
      await database.query('UPDATE messages SET text = ? WHERE turn_id = ? AND author = ?', [
        JSON.stringify(text),
        turnId,
        'bot',
      ]);
      return { chatId, turnId };
    };
    const sweep = (later: number): Promise<void> =>
      server.app.app.get(LostCallsService, { strict: false }).sweep(new Date(Date.now() + later));

    it('settles the calls of a turn that is restarted, and counts one request', async () => {
      const { chatId, turnId } = await leaveTurn('');
      const leases = server.app.app.get(TurnLeasesRepository, { strict: false });
      const recovery = await eventually(
        () => leases.recover({ turnId, chatId }, false),
        ({ kind }) => kind !== 'gone',
      );
      expect(recovery).toMatchObject({ kind: 'restart', turn: { firstCall: { isRequest: false } } });
      await sweep(0);
      const [lost, next] = await rowsOf(chatId);
      expect(lost).toMatchObject({ status: 'settled', outcome: 'lost', is_estimated: 1, requests: 1 });
      expect(lost!.input_tokens).toBeGreaterThan(3);
      // Neither is in the row that was left, nor does the bot name any.
      expect(lost).toMatchObject({ model: 'fake-large', service_id: FIRST_SERVICE });
      expect(next).toMatchObject({ status: 'reserved', requests: 0 });
      expect(fromSqlTime(next!.created_at).getTime()).toBeGreaterThan(0);
    });

    it('settles what a turn has left that ended without its runner, and corrects the turn', async () => {
      const { chatId, turnId } = await leaveTurn('Well, as far as I can');
      await database.query(`UPDATE turns SET status = 'interrupted', lease_until = NULL WHERE id = ?`, [turnId]);
      await database.query('UPDATE chats SET running_turn_id = NULL WHERE id = ?', [chatId]);
      await sweep(0);
      expect((await rowsOf(chatId))[0]!.status).toBe('reserved');
      await sweep(3_600_000);
      const [row] = await rowsOf(chatId);
      expect(row).toMatchObject({ status: 'settled', outcome: 'lost', is_estimated: 1, output_tokens: 6 });
      await expectTurnToBeTheSum(chatId);
    });
  });
});

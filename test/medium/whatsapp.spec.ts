import { Chat, ChatDelivery } from '@app/database';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { InboxRepository } from '../../apps/api/src/channels/mail/inbox.repository.js';
import { insertOutbox, OutboxRepository } from '../../apps/api/src/channels/mail/outbox.repository.js';
import { OutboxLettersRepository } from '../../apps/api/src/channels/mail/outbox-letters.repository.js';
import { OutboxProjectionRepository } from '../../apps/api/src/channels/mail/outbox-projection.repository.js';
import { MailRetentionService } from '../../apps/api/src/channels/mail/mail-retention.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { createBot, ENGINES, KEY, reach } from './bots.support.js';

const CHANNEL = 'test';
const CLAIM_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

describe.each(ENGINES)('inbox and outbox on $engine', ({ engine, settings }) => {
  let server: TestApp;
  let database: DataSource;
  let inbox: InboxRepository;
  let outbox: OutboxRepository;
  let letters: OutboxLettersRepository;
  let made = 0;
  const store = (lane: string, externalId = `SM${++made}`): Promise<boolean> =>
    inbox.store({ channel: CHANNEL, externalId, lane, payload: { text: externalId } });
  const owe = (lane: string, text = 'text'): Promise<void> => {
    const message = { channel: CHANNEL, lane, chatId: null, messageId: null, text };
    return insertOutbox(database.manager, [{ ...message, sourceKey: `source-${++made}` }]);
  };
  const endClaims = (table: string) =>
    database.query(`UPDATE ${table} SET due_at = received_at WHERE state = 'pending'`);
  const failure = { code: 'code', detail: 'detail' };

  beforeAll(async () => {
    const twilio = { TWILIO_ACCOUNT_SID: 'AC0', TWILIO_AUTH_TOKEN: '12345', TWILIO_FROM: 'whatsapp:+14155238886' };
    server = await startTestApp({ ...KEY, ...twilio, PUBLIC_URL: 'https://chat.example.com', ...settings });
    database = server.app.get<DataSource>(getDataSourceToken(), { strict: false });
    inbox = reach(server, InboxRepository);
    outbox = reach(server, OutboxRepository);
    letters = reach(server, OutboxLettersRepository);
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    for (const table of ['inbox', 'outbox']) await database.query(`DELETE FROM ${table}`);
  });

  it('takes a message once', async () => {
    const stored = await Promise.all(Array.from({ length: 8 }, () => store('a', 'SM-same')));
    expect(stored.filter(Boolean)).toHaveLength(1);
  });

  it('gives the first message of each lane to one of many who ask', async () => {
    for (const lane of ['a', 'a', 'b', 'b', 'b', 'c']) await store(lane);
    const claims = await Promise.all(Array.from({ length: 4 }, () => inbox.claim<object>(CHANNEL, 10, CLAIM_MS)));
    expect(claims.flat()).toHaveLength(3);
    expect(await inbox.claim(CHANNEL, 10, CLAIM_MS)).toEqual([]);
    await inbox.settle(claims.flat()[0]!);
    expect(await inbox.claim(CHANNEL, 10, CLAIM_MS)).toHaveLength(1);
  });

  it('refuses to settle what another worker has claimed since', async () => {
    await store('a');
    const [late] = await inbox.claim(CHANNEL, 1, CLAIM_MS);
    await endClaims('inbox');
    const [now] = await inbox.claim(CHANNEL, 1, CLAIM_MS);
    expect(now).toMatchObject({ id: late!.id, attempts: 2 });
    await inbox.settle(late!);
    expect(await inbox.countByState(CHANNEL)).toMatchObject({ pending: 1, handled: 0 });
    await inbox.settle(now!);
    expect(await inbox.countByState(CHANNEL)).toMatchObject({ pending: 0, handled: 1 });
  });

  it('forgets the contents of what was handled', async () => {
    await store('a');
    await inbox.settle((await inbox.claim(CHANNEL, 1, CLAIM_MS))[0]!);
    expect(await database.query('SELECT payload, handled_at IS NULL AS open FROM inbox')).toMatchObject([
      { payload: null },
    ]);
  });

  it('owes a reply for what is buried, in the same commit and once', async () => {
    await store('a');
    const [message] = await inbox.claim(CHANNEL, 1, CLAIM_MS);
    const reply = { channel: CHANNEL, lane: 'a', chatId: null, messageId: null, text: 'Sorry', sourceKey: 'inbox:1' };
    for (let time = 0; time < 2; time++) await inbox.bury(message!, 'reason', reply);
    expect((await letters.summarize(CHANNEL)).counts).toEqual({ pending: 1, sent: 0, dead: 0 });
  });

  it('keeps in mind that an attempt may have gone through', async () => {
    await owe('a');
    const [first] = await outbox.claim(CHANNEL, 1, CLAIM_MS);
    expect(first).toMatchObject({ attempts: 1, isUncertain: false, firstAttemptAt: null });
    await outbox.postpone(first!, 0, failure, true);
    const [second] = await outbox.claim(CHANNEL, 1, CLAIM_MS);
    expect(second).toMatchObject({ attempts: 2, isUncertain: true, firstAttemptAt: expect.any(Date) });
    await outbox.postpone(second!, 0, failure, false);
    expect(await outbox.claim(CHANNEL, 1, CLAIM_MS)).toMatchObject([{ attempts: 3, isUncertain: false }]);
  });

  it('goes on behind a dead letter, and revives it once', async () => {
    await owe('a', 'first');
    await owe('a', 'second');
    const [first] = await outbox.claim(CHANNEL, 5, CLAIM_MS);
    expect(await outbox.bury(first!, failure, false)).toBe(true);
    expect(await outbox.bury(first!, failure, false)).toBe(false);
    const [second] = await outbox.claim(CHANNEL, 5, CLAIM_MS);
    expect(second!.text).toBe('second');
    await outbox.settle(second!, 'SM-second');
    const revived = await Promise.all([1, 2, 3].map(() => letters.revive(CHANNEL, first!.id)));
    expect(revived.filter(Boolean)).toHaveLength(1);
    expect(await outbox.claim(CHANNEL, 5, CLAIM_MS)).toMatchObject([
      { text: 'first', attempts: 1, isUncertain: false },
    ]);
  });

  it('finds the chats that are behind, by an index where only the latest are looked at', async () => {
    const projection = reach<OutboxProjectionRepository>(server, OutboxProjectionRepository);
    const botId = await createBot(server);
    const now = Date.now();
    const chats = Array.from({ length: 3000 }, (_, index) => ({
      id: `chat-${String(index).padStart(5, '0')}`,
      visitorId: `whatsapp:+${index}`,
      botId,
      displayName: '',
      isNamed: false,
      isFavorite: false,
      isAdminChat: false,
      channel: 'whatsapp',
      owner: 'bot' as const,
      epoch: 1,
      nextSeq: index % 100 === 0 ? 3 : 2,
      queuedTurns: 0,
      createdAt: new Date(now - index * 60_000),
      lastAccessedAt: new Date(now - index * 60_000),
    }));
    for (let index = 0; index < chats.length; index += 500)
      await database.getRepository(Chat).insert(chats.slice(index, index + 500));
    const places = chats.map(({ id: chatId }) => ({ chatId, deliveredSeq: 1 }));
    for (let index = 0; index < places.length; index += 500)
      await database.getRepository(ChatDelivery).insert(places.slice(index, index + 500));
    if (engine !== 'SQLite') await database.query('ANALYZE TABLE chats, chat_deliveries');

    const spy = jest.spyOn(database, 'query');
    expect(await projection.findAllBehind('whatsapp', null, 500)).toHaveLength(30);
    const latest = await projection.findAllBehind('whatsapp', new Date(now - 150 * 60_000), 500);
    expect(latest.toSorted()).toEqual(['chat-00000', 'chat-00100']);
    const [sql, values] = spy.mock.calls.find(([statement]) => statement.includes('last_accessed_at >= ?'))!;
    spy.mockRestore();
    const plan = JSON.stringify(
      await database.query(`EXPLAIN ${engine === 'SQLite' ? 'QUERY PLAN ' : ''}${sql}`, values),
    );
    expect(plan).toContain('ix_chats_user_accessed');

    const [first] = chats;
    const behind = await projection.findBehind(first!.id);
    expect(behind).toEqual({ chatId: first!.id, lane: first!.visitorId, deliveredSeq: 1 });
    const advanced = await Promise.all([1, 2, 3].map(() => projection.advance(behind!, 2, [])));
    expect(advanced.filter(Boolean)).toHaveLength(1);
    expect(await projection.findBehind(first!.id)).toBeNull();
  });

  it('deletes what was settled more than 30 days ago, never what waits', async () => {
    for (const lane of ['a', 'b']) {
      await store(lane);
      await owe(lane);
    }
    await inbox.settle((await inbox.claim(CHANNEL, 1, CLAIM_MS))[0]!);
    await outbox.settle((await outbox.claim(CHANNEL, 1, CLAIM_MS))[0]!, 'SM-sent');
    const retention = reach<MailRetentionService>(server, MailRetentionService);
    await retention.deleteOld(CHANNEL, true, new Date(Date.now() + 29 * DAY_MS));
    expect(await inbox.countByState(CHANNEL)).toMatchObject({ handled: 1, pending: 1 });
    await retention.deleteOld(CHANNEL, true, new Date(Date.now() + 31 * DAY_MS));
    expect(await inbox.countByState(CHANNEL)).toMatchObject({ handled: 0, pending: 1 });
    expect((await letters.summarize(CHANNEL)).counts).toMatchObject({ sent: 0, pending: 1 });
  });

  it('deletes what waits, too, when the channel was switched off', async () => {
    await store('a');
    await owe('a');
    const retention = reach<MailRetentionService>(server, MailRetentionService);
    await retention.deleteOld(CHANNEL, false, new Date(Date.now() + 29 * DAY_MS));
    expect(await inbox.countByState(CHANNEL)).not.toMatchObject({ pending: 0 });
    await retention.deleteOld(CHANNEL, false, new Date(Date.now() + 31 * DAY_MS));
    expect(await inbox.countByState(CHANNEL)).toMatchObject({ pending: 0 });
    expect((await letters.summarize(CHANNEL)).counts).toMatchObject({ pending: 0 });
  });
});

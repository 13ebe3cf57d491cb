import { ANONYMOUS_CUSTOMER } from '@app/common';
import { insertRows, toSqlTime } from '@app/database';
import { DataSource } from 'typeorm';
import { ChannelChatsRepository } from '../../apps/api/src/chats/for-channels/channel-chats.repository.js';
import { ChannelChatsService } from '../../apps/api/src/chats/for-channels/channel-chats.service.js';
import { ChannelWatch } from '../../apps/api/src/chats/for-channels/channel-watch.js';
import { ChatLogHub } from '../../apps/api/src/baton/log/chat-log.hub.js';
import { ChatsService } from '../../apps/api/src/chats/chat/chats.service.js';
import { ChatDeletionService } from '../../apps/api/src/chats/deletion/chat-deletion.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';

const CHATS = 10_050;
const BEGUN = Date.parse('2026-01-01T00:00:00Z');
const idOf = (index: number): string => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;

describe('the chats of a channel', () => {
  let server: TestApp;
  let dataSource: DataSource;
  let botId: string;

  beforeAll(async () => {
    server = await startTestApp();
    dataSource = server.app.get(DataSource, { strict: false });
    botId = (await server.app.get(BotsService, { strict: false }).getOpenBotId())!;
    const rows = Array.from({ length: CHATS }, (_, index) => rowOf(index, 'threads'));
    for (let at = 0; at < CHATS; at += 500) await insertRows(dataSource.manager, 'chats', rows.slice(at, at + 500));
    await insertRows(dataSource.manager, 'chats', [rowOf(CHATS, 'api')]);
  }, 60_000);
  afterAll(() => server.stop());

  /** Two of them begin in the same moment, always. */
  const rowOf = (index: number, channel: string) => {
    const at = toSqlTime(new Date(BEGUN + Math.floor(index / 2) * 1000));
    return {
      id: idOf(index),
      bot_id: botId,
      display_name: '',
      is_named: false,
      is_favorite: false,
      is_admin_chat: false,
      channel,
      owner: 'bot',
      epoch: 1,
      next_seq: 1,
      queued_turns: 0,
      created_at: at,
      last_accessed_at: at,
    };
  };

  it('are listed in order and bounded, whole through pages', async () => {
    const chats = server.app.get(ChannelChatsService, { strict: false });
    const list = async (limit: number, after: string | null): Promise<string[]> =>
      (await chats.listChats('threads', { limit, after })).map(({ id }) => id);
    const newest = await list(10_000, null);
    expect(newest).toHaveLength(10_000);
    expect([newest[0], newest.at(-1)]).toEqual([idOf(CHATS - 10_000), idOf(CHATS - 1)]);
    const all: string[] = [];
    let page = await list(3001, idOf(0));
    while (page.length > 0) {
      all.push(...page);
      page = await list(3001, page.at(-1)!);
    }
    expect(all).toEqual(Array.from({ length: CHATS - 1 }, (_, index) => idOf(index + 1)));
    await expect(list(1, idOf(CHATS))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are followed, and nothing is held of what is older than those remembered', async () => {
    const watch = server.app.get(ChannelWatch, { strict: false });
    const hub = server.app.get(ChatLogHub, { strict: false });
    const told: string[] = [];
    const leave = await watch.follow('threads', {
      changed: ({ id }, events, isNew) =>
        told.push(`${isNew ? 'new' : 'changed'} ${id} ${events.map(({ type }) => type).join()}`),
      deleted: ({ id }) => told.push(`deleted ${id}`),
    });
    const chats = server.app.get(ChatsService, { strict: false });
    const begun = await chats.openChat(ANONYMOUS_CUSTOMER, botId, 'threads');
    await chats.openChat(ANONYMOUS_CUSTOMER, botId, 'simple-chat');
    await eventually(() => told.length === 1);
    // Nothing has happened there: the word of another instance may be late.
    hub.notifyWritten(idOf(5));
    hub.notifyWritten(idOf(CHATS - 1));
    await server.app.get(ChatDeletionService, { strict: false }).deleteChats([begun, idOf(CHATS - 1)]);
    await eventually(() => told.length === 3);
    expect(told[0]).toBe(`new ${begun} `);
    expect(told.slice(1).toSorted()).toEqual([`deleted ${begun}`, `deleted ${idOf(CHATS - 1)}`].toSorted());
    leave();
    await chats.openChat(ANONYMOUS_CUSTOMER, botId, 'threads');
    expect(watch['followers'].size).toBe(0);
    expect(told).toHaveLength(3);
  });

  it('are looked for again when the database has failed for a moment', async () => {
    const watch = server.app.get(ChannelWatch, { strict: false });
    const repository = server.app.get(ChannelChatsRepository, { strict: false });
    jest.spyOn(watch['logger'], 'warn').mockImplementation(() => undefined);
    const told: string[] = [];
    const leave = await watch.follow('threads', { changed: ({ id }) => told.push(id), deleted: () => undefined });
    const chats = server.app.get(ChatsService, { strict: false });
    const open = () => chats.openChat(ANONYMOUS_CUSTOMER, botId, 'threads');
    const failing = jest.spyOn(repository, 'findChats').mockRejectedValueOnce(new Error('Gone for a moment'));
    const first = await open();
    // The next look follows at once, and may have happened before this test looks.
    await eventually(() => failing.mock.calls.length > 0);
    const second = await open();
    await eventually(() => told.length === 2);
    expect(told.toSorted()).toEqual([first, second].toSorted());
    leave();
    jest.restoreAllMocks();
  });
});

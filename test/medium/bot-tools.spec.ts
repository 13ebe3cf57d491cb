import { ANONYMOUS_CUSTOMER, type UserPrincipal } from '@app/common';
import { DataSource } from 'typeorm';
import { BotToolsService, type ToolDraft } from '../../apps/api/src/bots/tools/bot-tools.service.js';
import { BotsService } from '../../apps/api/src/bots/profile/bots.service.js';
import { ChatTransaction } from '../../apps/api/src/baton/fence/chat-transaction.repository.js';
import { mergeVariables } from '../../apps/api/src/baton/turns/tools/merge-variables.js';
import { ChatVariablesService } from '../../apps/api/src/chats/settings/chat-variables.service.js';
import { ChatsService } from '../../apps/api/src/chats/chat/chats.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const ADMIN: UserPrincipal = {
  kind: 'user',
  userId: 1,
  login: 'admin',
  displayName: 'Admin',
  roles: ['admin'],
  isTermsAccepted: true,
};
const URL = 'https://tools.example.com/one';

describe('the tools of a bot and the variables of a chat', () => {
  let server: TestApp;
  let tools: BotToolsService;
  let botId: string;
  beforeAll(async () => {
    server = await startTestApp();
    tools = server.app.get(BotToolsService);
    botId = (await server.app.get(BotsService).getOpenBotId())!;
  });
  afterAll(() => server.stop());

  const replace = (...drafts: ToolDraft[]): Promise<void> => tools.replaceAll(ADMIN, botId, drafts);
  const callable = async (name: string) => (await tools.getCallable(botId)).find((tool) => tool.name === name);

  it('are replaced as a whole: what has the same name keeps its id and its secrets', async () => {
    await replace(
      { name: 'one', url: URL, secretHeaders: [{ name: 'X-Key', value: 'secret' }], timeoutMs: 500 },
      { name: 'two', url: null, parameters: { type: 'object' } },
    );
    const before = await tools.list(ADMIN, botId);
    expect(before.map(({ name, url }) => [name, url])).toEqual([
      ['one', URL],
      ['two', null],
    ]);
    await replace({ name: 'three' }, { name: 'one', url: `${URL}?again`, description: 'The first.' });
    const after = await tools.list(ADMIN, botId);
    expect(after.map(({ name }) => name)).toEqual(['one', 'three']);
    expect(after[0]).toMatchObject({ botToolId: before[0]!.botToolId, description: 'The first.', timeoutMs: 500 });
    expect(await callable('one')).toMatchObject({ headers: { 'X-Key': 'secret' } });
    await replace({ name: 'one', url: 'https://elsewhere.example.com/' });
    expect(await callable('one')).toMatchObject({ headers: {} });
    await replace();
    expect(await tools.getCallable(botId)).toEqual([]);
  });

  it('are refused together, with the place of the fault, and then stay as they were', async () => {
    await replace({ name: 'kept' });
    const faults = async (...drafts: unknown[]): Promise<unknown> =>
      replace(...(drafts as ToolDraft[])).then(
        () => null,
        (error: { errors?: { path: string }[] }) => error.errors?.map(({ path }) => path),
      );
    expect(await faults({ name: 'good' }, { name: '' })).toEqual(['tools.1.name']);
    expect(await faults({ name: 'good', parameters: { a: 1 } })).toEqual(['tools.0.parameters']);
    expect(await faults({ name: 'good', url: 'nowhere' })).toEqual(['tools.0.url']);
    expect(await faults({ name: 'same' }, { name: 'same' })).toEqual(['tools']);
    expect(await faults(...Array.from({ length: 33 }, (_, i) => ({ name: `t${i}` })))).toEqual(['tools']);
    expect(await faults('text', null)).not.toBeNull();
    expect((await tools.list(ADMIN, botId)).map(({ name }) => name)).toEqual(['kept']);
    await expect(tools.replaceAll(ANONYMOUS_CUSTOMER, botId, [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('go with their bot and their chat', async () => {
    const dataSource = server.app.get(DataSource);
    const chatId = await server.app.get(ChatsService).openChat(ADMIN, botId, 'api');
    await mergeVariables({ manager: dataSource.manager, at: new Date() }, chatId, [{ a: 1 }]);
    await dataSource.query('DELETE FROM chats WHERE id = ?', [chatId]);
    expect(await dataSource.query('SELECT name FROM chat_variables WHERE chat_id = ?', [chatId])).toEqual([]);
  });

  it('keep variables within bounds, the last value wins', async () => {
    const dataSource = server.app.get(DataSource);
    const chatId = await server.app.get(ChatsService).openChat(ADMIN, botId, 'api');
    const merge = (...values: Record<string, unknown>[]): Promise<void> =>
      ChatTransaction.run(dataSource, [chatId], (transaction) => mergeVariables(transaction, chatId, values));
    const variables = () => server.app.get(ChatVariablesService).get(chatId);
    const odd = { big: 1e21, small: 1e-7, integer: 9_007_199_254_740_992, text: '5', Ä: 'ä', ä: '\ud800', flag: true };
    await merge({ a: 1 }, { a: 2, b: null }, odd);
    expect(await variables()).toEqual({ a: 2, b: null, ...odd });
    await merge({ a: { deep: [odd] } });
    expect(await variables()).toMatchObject({ a: { deep: [odd] } });
    const deep = JSON.parse('['.repeat(30) + ']'.repeat(30)) as unknown;
    await merge({ '': 1, ' a': 1, 'a ': 1, ['n'.repeat(129)]: 1, 'half \ud800': 1, 'nul \0': 1, deep });
    expect(Object.keys(await variables()).toSorted()).toEqual(['a', 'b', ...Object.keys(odd)].toSorted());

    await merge({ large: 'x'.repeat(60_000) });
    await merge({ larger: 'x'.repeat(10_000), a: 'y'.repeat(10_000) });
    const { large, larger, a } = await variables();
    expect([large, larger, a]).toEqual(['x'.repeat(60_000), undefined, { deep: [odd] }]);
    await merge({ large: null });
    await merge(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`name-${index}`, index])));
    expect(Object.keys(await variables())).toHaveLength(200);
  });
});

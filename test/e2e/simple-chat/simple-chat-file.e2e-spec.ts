import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';

describe('the file of the simple chat’s conversations', () => {
  let folder: string;
  let path: string;
  let server: ChatServer | null;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conversations-'));
    path = join(folder, 'conversations.json');
  });
  afterEach(async () => {
    await server?.stop();
    server = null;
    rmSync(folder, { recursive: true });
  });

  const start = async (): Promise<ChatServer> => {
    server = await ChatServer.start({ CONVERSATIONS_FILE: path });
    return server;
  };
  const say = (message: string, user_id?: string) => server!.call('POST', '/api/chat', { message, user_id });

  it.each([
    ['missing', null],
    ['empty', ''],
    ['corrupt', '{"ada": [{"user": "Hi", "bo'],
    ['another’s', '{"ada": []}'],
  ])('is rewritten at the start when it is %s', async (_what, content) => {
    if (content !== null) writeFileSync(path, content);
    await start();
    await eventually(
      () => String(readdirSync(folder)) === 'conversations.json' && readFileSync(path, 'utf8') === '{}\n',
    );
  });

  it('follows what is said, and holds all of it when the server has stopped', async () => {
    await start();
    await say('Hello [[text=Hi Ada]]', 'ada');
    await eventually(() => existsSync(path) && readFileSync(path, 'utf8').includes('Hi Ada'));
    await Promise.all(Array.from({ length: 10 }, (_, i) => say(`Call ${i} [[text=Answer ${i}]]`, `user-${i % 3}`)));
    const { body: log } = await server!.asAdmin<Record<string, unknown[]>>('GET', '/api/admin/conversations.json');
    await server!.stop();
    server = null;
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toEqual(log);
    expect(Object.values(log).flat()).toHaveLength(11);
    expect(readdirSync(folder)).toEqual(['conversations.json']);
  });

  it('forgets what was deleted', async () => {
    await start();
    const { body } = await say('Hello [[text=Hi Ada]]');
    await eventually(() => existsSync(path) && readFileSync(path, 'utf8').includes('Hi Ada'));
    await server!.call('DELETE', `/api/chats/${String(body['thread_id'])}`);
    await eventually(() => readFileSync(path, 'utf8') === '{}\n');
  });

  it('does not fail requests when it cannot be written', async () => {
    mkdirSync(path);
    await start();
    expect(await say('Hello')).toMatchObject({ status: 200 });
    path = join(folder, 'nowhere', 'conversations.json');
    await server!.stop();
    await start();
    expect(await say('Hello')).toMatchObject({ status: 200 });
  });
});

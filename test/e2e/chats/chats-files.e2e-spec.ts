import { DataSource } from 'typeorm';
import { ChatServer } from '../../support/chat-server.js';
import { sendRaw } from '../../support/raw-http.js';
import { Caller, NOT_FOUND, type Body } from './chats.support.js';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('files of chats', () => {
  let server: ChatServer;
  let ada: Caller;
  let bob: Caller;
  let anonymous: Caller;
  let chatId: string;
  beforeAll(async () => {
    server = await ChatServer.start();
    ({ ada, bob, anonymous } = await Caller.all(server));
  }, 60_000);
  beforeEach(async () => {
    chatId = await ada.createChat();
  });
  afterAll(() => server.stop());

  const at = (path: string): string => `/api/chats/${chatId}/downloads/${path}`;
  const put = async (path: string, bytes: Buffer | string, caller = ada): Promise<{ status: number; body: Body }> => {
    const response = await caller.raw('PUT', at(path), bytes, { 'content-type': 'application/octet-stream' });
    return { status: response.status, body: (await response.json()) as Body };
  };

  describe('up and down', () => {
    it('gives back what was put, byte for byte, with what a browser needs to know', async () => {
      const bytes = Buffer.alloc(3_000_001, 'This is one of many lines of a log.\n');
      const { status, body } = await put('Ordner%20ä/no%25te.log', bytes);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        path: 'Ordner ä/no%te.log',
        contentType: 'text/plain',
        size: bytes.length,
        url: at('Ordner%20%C3%A4/no%25te.log'),
        createTicketUrl: `/api/chats/${chatId}/tickets`,
      });
      const got = await ada.raw('GET', String(body['url']));
      expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
      expect(Object.fromEntries(got.headers)).toMatchObject({
        'content-type': 'text/plain; charset=utf-8',
        'content-length': String(bytes.length),
        'content-disposition': `inline; filename="no_te.log"; filename*=UTF-8''no%25te.log`,
        'content-security-policy': expect.stringContaining('sandbox') as string,
        'x-content-type-options': 'nosniff',
      });
      const again = await ada.raw('GET', String(body['url']), undefined, { 'if-none-match': got.headers.get('etag')! });
      expect([again.status, await again.text()]).toEqual([304, '']);
    });

    it('lists, replaces and removes', async () => {
      await put('b.txt', 'one');
      await put('a/b.txt', 'two');
      await put('b.txt', 'three');
      const { items } = await ada.ok<{ items: Body[] }>('GET', `/api/chats/${chatId}/files`);
      expect(items.map(({ path, size }) => [path, size])).toEqual([
        ['a/b.txt', 3],
        ['b.txt', 5],
      ]);
      expect(await (await ada.raw('GET', at('b.txt'))).text()).toBe('three');
      expect(await ada.ok('DELETE', at('b.txt'))).toEqual({});
      expect(await ada.refused('GET', at('b.txt'))).toEqual(NOT_FOUND);
      expect(await ada.refused('DELETE', at('b.txt'))).toEqual(NOT_FOUND);
    });

    it('shows images, and only ever saves what could act', async () => {
      await put('dot.png', PNG);
      await put('page.html', '<script>alert(1)</script>');
      await put('pic.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
      const headers = async (path: string): Promise<(string | null)[]> => {
        const response = await ada.raw('GET', at(path));
        await response.arrayBuffer();
        return ['content-type', 'content-disposition'].map((name) => response.headers.get(name));
      };
      expect(await headers('dot.png')).toEqual(['image/png', expect.stringMatching(/^inline;/)]);
      expect(await headers('page.html')).toEqual(['text/html; charset=utf-8', expect.stringMatching(/^attachment;/)]);
      expect((await headers('pic.svg'))[1]).toMatch(/^attachment;/);
    });

    it.each([
      ['a page that calls itself an image', 'page.png', '<html><script>alert(1)</script></html>'],
      ['bytes that are no text', 'note.txt', Buffer.from([0x41, 0xff, 0xfe])],
      ['text with a NUL', 'note.md', 'a\0b'],
      ['a program', 'setup.exe', 'MZ'],
      ['a file without an ending', 'README', 'text'],
    ])('refuses %s', async (_, path, bytes) => {
      expect(await put(path, bytes)).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
      expect(await ada.refused('GET', at(path))).toEqual(NOT_FOUND);
    });

    it('refuses nothing, too much, and the names of transcripts', async () => {
      expect(await put('empty.txt', '')).toMatchObject({ status: 400 });
      expect(await put('Transcript.JSON', '{}')).toMatchObject({ status: 409 });
      expect(await put('long.txt', Buffer.alloc(20_000_001, 'x'))).toMatchObject({ status: 413 });
      expect((await ada.ok<{ items: Body[] }>('GET', `/api/chats/${chatId}/files`)).items).toEqual([]);
    });

    it('stops at a hundred files, and goes on replacing', async () => {
      for (let index = 0; index < 100; index++) expect((await put(`${index}.txt`, 'x')).status).toBe(200);
      expect(await put('one-more.txt', 'x')).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
      expect((await put('99.txt', 'y')).status).toBe(200);
    });

    it('is for those who hold the chat', async () => {
      await put('a.txt', 'mine');
      expect(await put('b.txt', 'x', bob)).toMatchObject({ status: 404 });
      expect(await put('b.txt', 'x', anonymous)).toMatchObject({ status: 401 });
      expect(await bob.refused('GET', at('a.txt'))).toEqual(NOT_FOUND);
      expect(await anonymous.refused('GET', at('a.txt'))).toEqual(NOT_FOUND);
      expect(await bob.refused('DELETE', at('a.txt'))).toEqual(NOT_FOUND);
    });

    it('leaves nothing behind when the chat goes', async () => {
      await put('a.txt', 'x'.repeat(100_000));
      const dataSource = server.app.app.get(DataSource, { strict: false });
      const count = async (): Promise<number> =>
        (await dataSource.query<{ n: number }[]>('SELECT COUNT(*) AS n FROM stored_file_chunks'))[0]!.n;
      const before = await count();
      await ada.ok('DELETE', `/api/chats/${chatId}`);
      expect(before - (await count())).toBe(3);
    });
  });

  describe('addresses that lead astray', () => {
    it.each([
      '../secret.txt',
      '..%2fsecret.txt',
      '%2e%2e/secret.txt',
      '%2e%2e%2fsecret.txt',
      'a/../../secret.txt',
      './a.txt',
      '..%5csecret.txt',
      'a%5cb.txt',
      'a%00.txt',
      'a%0a.txt',
      'a%7f.txt',
      '/etc/passwd',
      '%2fetc/passwd',
      'a//b.txt',
      'a/',
      '%20',
      'exe%e2%80%aetxt.exe',
      'a%',
      '%ff.txt',
      `${'x'.repeat(4096)}.txt`,
      `${'x'.repeat(256)}.txt`,
    ])('%s', async (path) => {
      await put('secret.txt', 'secret');
      await put('a.txt', 'secret');
      for (const method of ['GET', 'DELETE']) {
        const answer = await sendRaw(
          server.app.url,
          `${method} ${at(path)} HTTP/1.1\r\nHost: x\r\nAuthorization: ${ada.authorization}\r\nConnection: close\r\n\r\n`,
        );
        expect([400, 404]).toContain(answer.status);
        expect(answer.body).not.toContain('secret"');
      }
      expect((await ada.ok<{ items: Body[] }>('GET', `/api/chats/${chatId}/files`)).items).toHaveLength(2);
    });

    it('reads percent signs once', async () => {
      await put('%252e%252e.txt', 'dots');
      expect((await ada.ok<{ items: Body[] }>('GET', `/api/chats/${chatId}/files`)).items[0]).toMatchObject({
        path: '%2e%2e.txt',
      });
    });
  });

  describe('transcripts', () => {
    const read = async (name: string): Promise<string> => (await ada.raw('GET', at(name))).text();

    it('tell what was said in four forms', async () => {
      await ada.say(chatId, 'Say it [[text=The answer]]');
      const json = JSON.parse(await read('transcript.json')) as { messages: Body[] };
      expect(json).toMatchObject({
        chatId,
        messages: [
          { author: 'customer', text: 'Say it [[text=The answer]]' },
          { author: 'bot', name: 'Welcome', text: 'The answer', status: 'complete' },
        ],
      });
      expect(await read('transcript.md')).toContain('The answer');
      expect(await read('Transcript.TXT')).toContain('The answer');
      expect((await read('transcript.csv')).split('\r\n')).toHaveLength(4);
    });

    it('are empty for a chat in which nothing was said', async () => {
      expect(JSON.parse(await read('transcript.json'))).toMatchObject({ messages: [] });
    });

    it('hold no formula that a spreadsheet would run', async () => {
      await ada.say(chatId, '=HYPERLINK("http://x","y") [[text=@SUM(1)]]');
      const lines = (await read('transcript.csv')).split('\r\n');
      expect(lines[1]).toContain(`"'=HYPERLINK(""http://x"",""y"")`);
      expect(lines[2]).toContain(`"'@SUM(1)"`);
    });

    it('take a ticket, and are there for chats without an owner', async () => {
      const open = await anonymous.createChat();
      await anonymous.say(open, 'Hello');
      const ticket = await anonymous.ok<string>('POST', `/api/chats/${open}/tickets`);
      const path = `/api/chats/${open}/downloads/transcript.txt`;
      expect(await (await anonymous.raw('GET', `${path}?ticket=${ticket}`)).text()).toContain('Hello');
      expect((await anonymous.raw('GET', path)).status).toBe(200);
    });
  });

  describe('sources', () => {
    it('are given to the model and named in the answer, with addresses that work', async () => {
      await put('rules/returns.md', 'Returns are free for 31 days.');
      await put('dot.png', PNG);
      await put('huge.txt', 'x'.repeat(70_000));
      const completion = await ada.say(chatId, 'How long?');
      expect(JSON.stringify(server.provider.journal.last!.body)).toContain('Returns are free for 31 days.');
      const { sources } = completion['metaData'] as { sources: Record<string, string>[] };
      expect(sources).toEqual([
        {
          id: expect.any(String) as string,
          fileName: 'returns.md',
          url: at('rules/returns.md'),
          createTicketUrl: `/api/chats/${chatId}/tickets`,
        },
      ]);
      const ticket = await ada.ok<string>('POST', sources[0]!['createTicketUrl']!);
      const got = await anonymous.raw('GET', `${sources[0]!['url']!}?ticket=${ticket}`);
      expect(await got.text()).toBe('Returns are free for 31 days.');

      const { completions } = await ada.ok<{ completions: Body[] }>('GET', `/api/chats/${chatId}`);
      expect(completions[0]!['metaData']).toEqual({ tags: [], sources });
      await ada.ok('DELETE', at('rules/returns.md'));
      expect((await ada.say(chatId, 'And now?'))['metaData']).toEqual({ tags: [], sources: [] });
    });
  });
});

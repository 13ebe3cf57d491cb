import { ADMIN_KEY } from '../../support/chat-server.js';
import { Person } from '../takeover/takeover.support.js';
import { asVisitor, WIDGET_SETTINGS, WidgetServer } from './widget.support.js';

type Body = Record<string, unknown>;

describe('visitors and settings of the embedded page', () => {
  let widget: WidgetServer;

  beforeAll(async () => {
    widget = await WidgetServer.start();
  });
  afterAll(() => widget.stop());

  describe('sessions', () => {
    it('know a visitor again by the token', async () => {
      const { botId, code } = await widget.createBot();
      const { status, body } = await widget.openSession(code);
      expect(status).toBe(200);
      expect(Date.parse(String(body['expiresAt']))).toBeGreaterThan(Date.now() + 29 * 24 * 3_600_000);
      expect(body['bot']).toMatchObject({ botId, code, title: { value: 'Bo', valueDe: 'Bodo' }, avatarPath: null });
      const again = await widget.openSession(code, body['token']);
      expect(again.body['visitorId']).toBe(body['visitorId']);
      expect((await widget.openSession(code)).body['visitorId']).not.toBe(body['visitorId']);
    });

    it.each([
      ['forged', (token: string) => `${token.slice(0, -3)}abc`],
      ['without a body', () => 'bv_'],
      ['that is an API key', () => 'bt_something'],
      ['that is no token', () => 'x'.repeat(4000)],
    ])('get a new session for a token %s', async (_, spoil) => {
      const { code } = await widget.createBot();
      const { body } = await widget.openSession(code);
      const again = await widget.openSession(code, spoil(String(body['token'])));
      expect([again.status, again.body['visitorId'] === body['visitorId']]).toEqual([200, false]);
    });

    it('get a new session for another bot’s token', async () => {
      const [one, other] = [await widget.createBot(), await widget.createBot()];
      const { body } = await widget.openSession(one.code);
      const { status, body: there } = await widget.openSession(other.code, body['token']);
      expect([status, there['visitorId'] === body['visitorId']]).toEqual([200, false]);
      const chat = { botId: other.botId };
      expect((await widget.server.call('POST', '/api/chats', chat, asVisitor(body['token']))).status).toBe(404);
    });

    it.each<[string, unknown]>([
      ['a number', { token: 5 }],
      ['an object', { token: {} }],
      ['more than a token', { token: 'x'.repeat(5000) }],
      ['another field', { other: 1 }],
      ['a list', []],
    ])('refuse %s', async (_, body) => {
      const { code } = await widget.createBot();
      expect((await widget.server.call('POST', `/api/widget/${code}/session`, body)).status).toBe(400);
    });

    it('are for public bots alone', async () => {
      const closed = await widget.createBot({ isPublic: false });
      expect((await widget.openSession(closed.code)).status).toBe(404);
      expect((await widget.openSession('nowhere')).status).toBe(404);
    });

    it('end when the bot is no longer public', async () => {
      const { botId, code } = await widget.createBot();
      const { body } = await widget.openSession(code);
      await widget.server.asAdmin('PUT', `/api/admin/bots/${botId}`, { isPublic: false });
      expect((await widget.server.call('POST', '/api/chats', { botId }, asVisitor(body['token']))).status).toBe(404);
      expect((await widget.openSession(code, body['token'])).status).toBe(404);
    });

    it('carry a conversation, and another visitor’s is not there', async () => {
      const { botId, code } = await widget.createBot();
      const { body } = await widget.openSession(code);
      const headers = asVisitor(body['token']);
      const chat = await widget.server.call('POST', '/api/chats', { botId }, headers);
      const chatId = String(chat.body['chatId']);
      expect((await widget.server.complete(chatId, '[[text=Hello!]]', headers)).body).toMatchObject({
        assistantMessage: 'Hello!',
      });
      const stranger = asVisitor((await widget.openSession(code)).body['token']);
      expect((await widget.server.call('GET', `/api/chats/${chatId}`, undefined, stranger)).status).toBe(404);
      const ada = await Person.create(widget.server, 'Ada', ['agent']);
      expect((await ada.act(chatId, 'claim')).status).toBe(200);
    });
  });

  describe('settings', () => {
    it('have defaults, and are as they were put', async () => {
      const { botId } = await widget.createBot();
      const path = `/api/admin/bots/${botId}/widget`;
      expect((await widget.server.asAdmin('GET', path)).body).toEqual({
        titleTv: { value: '', valueDe: '' },
        colour: '#3454d1',
        greetingTv: { value: '', valueDe: '' },
        avatar: 'bot_image',
        allowedOrigins: [],
        position: 'right',
        launcherTextTv: { value: '', valueDe: '' },
      });
      const put = await widget.change(botId, {
        titleTv: undefined,
        allowedOrigins: ['https://a.example', 'https://a.example'],
      });
      expect([put.status, put.body]).toEqual([200, {}]);
      expect((await widget.server.asAdmin('GET', path)).body).toEqual({
        ...WIDGET_SETTINGS,
        titleTv: { value: '', valueDe: '' },
        colour: '#ffcc00',
        allowedOrigins: ['https://a.example'],
      });
    });

    it('leave the rest of the configuration alone', async () => {
      const { botId } = await widget.createBot();
      const policy = `/api/admin/bots/${botId}/takeoverPolicy`;
      const { body } = await widget.server.asAdmin('GET', policy);
      await widget.server.asAdmin('PUT', policy, { ...body, waitSeconds: 77 });
      await widget.change(botId);
      expect((await widget.server.asAdmin('GET', policy)).body['waitSeconds']).toBe(77);
    });

    it.each<[string, Body]>([
      ['a colour by name', { colour: 'red' }],
      ['a colour that is more', { colour: '#fff;}' }],
      ['no colour', { colour: undefined }],
      ['a side that is none', { position: 'top' }],
      ['another avatar', { avatar: 'https://evil.example/a.png' }],
      ['a title that is a text', { titleTv: 'Support' }],
      ['a long title', { titleTv: { value: 'x'.repeat(101), valueDe: '' } }],
      ['no greeting', { greetingTv: null }],
      ['a field that is unknown', { script: 'x' }],
      ['too many origins', { allowedOrigins: Array.from({ length: 51 }, (_, index) => `https://a${index}.example`) }],
      ...[
        'example.com',
        'https://example.com/',
        'https://example.com/path',
        'https://user@example.com',
        'HTTPS://EXAMPLE.COM',
        'https://a.example; script-src *',
        "https://a.example 'unsafe-inline'",
        'https://a.example,https://b.example',
        'https://a;b.example',
        'https://a.example\r\nx: y',
        'javascript:alert(1)',
        'data:text/html,x',
        '*',
        'https://*',
        'null',
        '',
        7,
      ].map((origin): [string, Body] => [`the origin ${JSON.stringify(origin)}`, { allowedOrigins: [origin] }]),
    ])('refuse %s', async (_, changes) => {
      const { botId } = await widget.createBot();
      const { status, body } = await widget.change(botId, changes);
      expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    });

    it('are for administrators of the bot', async () => {
      const { botId } = await widget.createBot();
      const ada = await Person.create(widget.server, 'Ada', ['user', 'agent']);
      const path = `/api/admin/bots/${botId}/widget`;
      expect((await ada.call('GET', path)).status).toBe(404);
      expect((await ada.call('PUT', path, WIDGET_SETTINGS)).status).toBe(404);
      const headers = asVisitor((await widget.openSession('welcome')).body['token']);
      expect((await widget.server.call('GET', path, undefined, headers)).status).toBe(403);
    });

    it('show a picture where there is one', async () => {
      const { botId, code } = await widget.createBot();
      const image = Buffer.from(PIXEL, 'base64');
      const put = await fetch(`${widget.server.app.url}/api/admin/bots/${botId}/image`, {
        method: 'PUT',
        headers: { 'content-type': 'image/png', authorization: `Bearer ${ADMIN_KEY}` },
        body: image,
      });
      expect(put.status).toBe(200);
      const { avatarPath } = (await widget.openSession(code)).body['bot'] as { avatarPath: string };
      expect((await widget.get(`/${avatarPath}`)).headers.get('content-type')).toBe('image/png');
      await widget.change(botId, { avatar: null });
      expect((await widget.openSession(code)).body['bot']).toMatchObject({ avatarPath: null });
    });
  });
});

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

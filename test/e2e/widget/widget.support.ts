import { ChatServer } from '../../support/chat-server.js';
import { bearer, HttpClient } from '../../support/http-client.js';

type Body = Record<string, unknown>;

export const WIDGET_SETTINGS = {
  titleTv: { value: 'Support', valueDe: 'Kundendienst' },
  colour: '#FFCC00',
  greetingTv: { value: 'Hello!', valueDe: 'Hallo!' },
  avatar: 'bot_image',
  allowedOrigins: [] as string[],
  position: 'left',
  launcherTextTv: { value: 'Chat', valueDe: '' },
};

/** A server with bots that sites embed. */
export class WidgetServer {
  private bots = 0;

  private constructor(
    readonly server: ChatServer,
    private readonly openAiServiceId: unknown,
  ) {}

  static async start(): Promise<WidgetServer> {
    const server = await ChatServer.start();
    const services = await server.asAdmin<{ items: Body[] }>('GET', '/api/admin/openAiServices');
    return new WidgetServer(server, services.body.items[0]!['id']);
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  createBot = async (changes: Body = {}): Promise<{ botId: string; code: string }> => {
    const bot = {
      code: `widget.${++this.bots}`,
      displayNameTv: { value: 'Bo', valueDe: 'Bodo' },
      isPublic: true,
      isActive: true,
      openAiServiceId: this.openAiServiceId,
      ...changes,
    };
    const { body, status } = await this.server.asAdmin('POST', '/api/admin/bots', bot);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return { botId: String(body['botId']), code: bot.code };
  };

  change = (botId: string, changes: Body = {}) =>
    this.server.asAdmin('PUT', `/api/admin/bots/${botId}/widget`, { ...WIDGET_SETTINGS, ...changes });

  get = (path: string, headers: Record<string, string> = {}) =>
    new HttpClient(this.server.app.url, headers).text('GET', path);

  openSession = (code: string, token: unknown = null) =>
    this.server.call('POST', `/api/widget/${code}/session`, { token });
}

export const asVisitor = (token: unknown) => bearer(String(token));

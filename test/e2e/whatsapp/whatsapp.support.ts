import type { ChatEventEnvelope } from '@app/contracts';
import { ChatServer } from '../../support/chat-server.js';
import { eventually } from '../../support/eventually.js';
import { FakeTwilio, postSigned, type Form } from '../../support/fake-twilio.mjs';
import type { EventsPage } from '../takeover/takeover.support.js';

/** The address that Twilio knows; no server listens on it. */
export const PUBLIC_URL = 'https://chat.example.com';
export const ERROR_TEXT = "I'm sorry, I encountered an error. Please try again";

let messages = 0;

/** The application, a fake model service and a fake Twilio. */
export class WhatsApp {
  private constructor(
    readonly server: ChatServer,
    readonly twilio: FakeTwilio,
  ) {}

  static async start(overrides: Record<string, string> = {}): Promise<WhatsApp> {
    const twilio = new FakeTwilio();
    await twilio.start();
    return new WhatsApp(await ChatServer.start(settingsFor(twilio, overrides)), twilio);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.twilio.stop();
  }

  customer(name = ''): Customer {
    return new Customer(this, name);
  }
}

export const settingsFor = (twilio: FakeTwilio, overrides: Record<string, string> = {}): Record<string, string> => ({
  ...twilio.settings,
  PUBLIC_URL,
  WHATSAPP_RETRY_MS: '20',
  WHATSAPP_TIMEOUT_MS: '500',
  ...overrides,
});

const newSid = (): string => `SM${String(++messages).padStart(32, '0')}`;

/** A customer with a phone number. */
export class Customer {
  readonly from = `whatsapp:+1555${String(1_000_000 + ++messages).slice(-7)}`;

  constructor(
    private readonly whatsapp: WhatsApp,
    private readonly name: string,
  ) {}

  /** What Twilio posts when the customer writes. */
  form(text: string, extra: Form = {}): Form {
    return {
      SmsMessageSid: newSid(),
      NumMedia: '0',
      ProfileName: this.name,
      MessageType: 'text',
      WaId: this.from.replace(/\D/g, ''),
      Body: text,
      To: 'whatsapp:+14155238886',
      From: this.from,
      AccountSid: this.whatsapp.twilio.accountSid,
      ApiVersion: '2010-04-01',
      ...extra,
      MessageSid: extra['MessageSid'] ?? newSid(),
    };
  }

  async post(form: Form, server: ChatServer = this.whatsapp.server): Promise<{ status: number; body: string }> {
    const { authToken } = this.whatsapp.twilio;
    const answer = await postSigned(`${server.app.url}/webhook`, form, authToken, `${PUBLIC_URL}/webhook`);
    return { status: answer.status, body: await answer.text() };
  }

  async say(text: string, extra: Form = {}): Promise<void> {
    const { status } = await this.post(this.form(text, extra));
    if (status !== 200) throw new Error(`The webhook answered ${status}.`);
  }

  /** What reached the customer. */
  get texts(): string[] {
    return this.whatsapp.twilio.textsTo(this.from);
  }

  /** What has reached the customer once there are so many messages. */
  async heard(count: number): Promise<string[]> {
    await eventually(() => this.texts.length >= count);
    return this.texts;
  }

  /** The customer's chat, once there is one. */
  async chatId(): Promise<string> {
    let found: string | undefined;
    await eventually(async () => (found = (await this.outbox())[0]?.chatId ?? undefined) !== undefined);
    return found!;
  }

  async outbox(query = ''): Promise<OutboxItem[]> {
    const path = `/api/admin/whatsapp/outbox?SearchFor=${encodeURIComponent(this.from)}&PageSize=200&${query}`;
    return (await this.whatsapp.server.asAdmin<{ items: OutboxItem[] }>('GET', path)).body.items;
  }

  /** The log of the customer's chat as agents see it. */
  async log(): Promise<ChatEventEnvelope[]> {
    const path = `/api/takeover/chats/${await this.chatId()}/events?limit=500`;
    return (await this.whatsapp.server.asAdmin<EventsPage>('GET', path)).body.items;
  }
}

export interface OutboxItem {
  id: number;
  chatId: string | null;
  text: string;
  state: string;
  attempts: number;
  sid: string | null;
  delivery: string | null;
  errorCode: string | null;
  errorDetail: string | null;
}

import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import type { Twilio } from 'twilio';
import { WhatsAppSettingsService } from '../whatsapp-settings.service.js';

export const TWILIO_URL = 'https://api.twilio.com';
/** The newest messages to one customer; what is looked for was sent a moment ago. */
const LOOKED_AT = 50;
/** Twilio's clock and ours may differ. */
const CLOCK_SKEW_MS = 300_000;
const NOT_SENT: readonly string[] = ['failed', 'undelivered', 'canceled'];

/** Twilio has answered that it will not do it. */
export class TwilioRefusal extends Error {
  constructor(
    readonly status: number,
    /** Twilio's own code. */
    readonly code: string | null,
    message: string,
    readonly retryAfterMs: number,
  ) {
    super(message);
  }
}

type HttpAnswer = Awaited<ReturnType<RequestClient['request']>> & { headers?: Record<string, string | undefined> };

/** Twilio's REST API, as far as we use it: its own client, with an address that can be set, one deadline and no redirects. */
@Injectable()
export class TwilioApi implements OnApplicationBootstrap {
  private client: Promise<Twilio> | null = null;

  constructor(private readonly settings: WhatsAppSettingsService) {}

  /** Loading the package takes a moment in which nothing else happens: not while customers write. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.settings.isOn) await this.connect();
  }

  /** Returns Twilio's id of the message. */
  async send(to: string, body: string, statusCallback: string): Promise<string> {
    const client = await this.connect();
    const { sid } = await client.messages.create({ to, from: this.settings.get().from, body, statusCallback });
    if (typeof sid !== 'string' || sid === '') throw new Error('Twilio has answered without an id.');
    return sid;
  }

  /**
   * The ids of messages with this text that we sent to this customer since then, the oldest first. Not narrowed down by Twilio's date of
   * sending: what still waits there has none.
   */
  async findSent(to: string, body: string, since: Date | null): Promise<string[]> {
    const client = await this.connect();
    const { from } = this.settings.get();
    const earliest = (since ?? new Date(0)).getTime() - CLOCK_SKEW_MS;
    const messages = await client.messages.list({ to, from, limit: LOOKED_AT, pageSize: LOOKED_AT });
    return messages
      .filter((message) => message.to === to && message.from === from && message.body?.trim() === body)
      .filter(({ status, dateCreated }) => !NOT_SENT.includes(status) && dateCreated.getTime() >= earliest)
      .toSorted((a, b) => a.dateCreated.getTime() - b.dateCreated.getTime())
      .map(({ sid }) => sid);
  }

  /** The package is loaded where it is needed: most servers have no WhatsApp. */
  private connect(): Promise<Twilio> {
    return (this.client ??= this.createClient());
  }

  private async createClient(): Promise<Twilio> {
    const { default: twilio } = await import('twilio');
    const { accountSid, authToken, baseUrl, timeoutMs } = this.settings.get();
    const credentials = [authToken, Buffer.from(`${accountSid}:${authToken}`).toString('base64')];
    // A proxy in between may repeat what it was sent; what Twilio says is stored and shown.
    const hide = (text: string): string =>
      credentials.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);
    const http = new twilio.RequestClient({ timeout: timeoutMs });
    const request = async (options: RequestClient.RequestOptions): Promise<HttpAnswer> => {
      const uri = options.uri.replace(TWILIO_URL, baseUrl);
      const answer = await within(timeoutMs, http.request({ ...options, uri, allowRedirects: false }));
      if (answer.statusCode < 200 || answer.statusCode >= 300) throw refusalOf(answer, hide);
      return answer;
    };
    // An empty environment: no region or edge that was meant for something else.
    return twilio(accountSid, authToken, { httpClient: { request } as RequestClient, env: {} });
  }
}

/** The client's own limit is for silence; an answer that trickles in has one, too. */
async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Twilio did not answer in time.')), milliseconds);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf({ statusCode, body, headers }: HttpAnswer, hide: (text: string) => string): TwilioRefusal {
  const { code, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const isCode = typeof code === 'number' || typeof code === 'string';
  const text = typeof message === 'string' ? hide(message) : `Twilio has answered ${statusCode}.`;
  return new TwilioRefusal(statusCode, isCode ? hide(String(code)).slice(0, 40) : null, text, retryAfterOf(headers));
}

function retryAfterOf(headers: HttpAnswer['headers']): number {
  const value = headers?.['retry-after'] ?? '';
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Math.max(0, milliseconds || 0);
}

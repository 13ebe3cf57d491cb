import { AppError, type VisitorPrincipal } from '@app/common';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BotsService } from '../../bots/index.js';
import { WhatsAppConfig, type WhatsAppAccount } from './whatsapp.config.js';

/** As it is called in chats, inbox and outbox. */
export const CHANNEL = 'whatsapp';

/** How the channel is set up on this server, and which bot answers there. */
@Injectable()
export class WhatsAppSettingsService implements OnApplicationBootstrap {
  private readonly logger = new Logger('WhatsApp');

  constructor(
    private readonly config: WhatsAppConfig,
    private readonly bots: BotsService,
  ) {}

  /** A bot that is not there yet may still come; until then every customer is told that there was an error. */
  async onApplicationBootstrap(): Promise<void> {
    const botCode = this.config.account?.botCode ?? null;
    if (botCode === null) return;
    await this.bots
      .getChannelBot(botCode)
      .catch(() => this.logger.warn({ botCode }, 'WHATSAPP_BOT names no active public bot'));
  }

  get isOn(): boolean {
    return this.config.account !== null;
  }

  /** Throws CHANNEL_OFF when the channel is not set up. */
  get(): WhatsAppAccount {
    if (this.config.account === null) throw new AppError('CHANNEL_OFF');
    return this.config.account;
  }

  get webhookUrl(): string {
    return `${this.get().publicUrl}/webhook`;
  }

  /** Where Twilio reports what became of a message of the outbox. */
  statusUrl(outboxId: number): string {
    return `${this.webhookUrl}/status?message=${outboxId}`;
  }

  /** The customer, as a visitor of the channel's bot. Throws NOT_FOUND when that is not there, not active or not public. */
  async visitorOf({ from, name }: { from: string; name: string }): Promise<VisitorPrincipal> {
    const { id } = await this.bots.getChannelBot(this.get().botCode);
    return { kind: 'visitor', visitorId: from, botId: id, displayName: name };
  }
}

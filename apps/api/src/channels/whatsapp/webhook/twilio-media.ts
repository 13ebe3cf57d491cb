import { OutboundClient, type OutboundFile } from '@app/outbound';
import { Injectable } from '@nestjs/common';
import { TWILIO_URL } from '../sending/twilio-api.js';
import { WhatsAppSettingsService } from '../whatsapp-settings.service.js';

/**
 * The files that customers send. Twilio asks for the account's credentials if the account is set so, and redirects to where it keeps the
 * file (mms.twiliocdn.com), which gets none of them:
 * https://support.twilio.com/hc/en-us/articles/223183748-Protect-Media-Access-with-HTTP-Basic-Authentication-for-Programmable-Messaging
 */
@Injectable()
export class TwilioMedia {
  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly outbound: OutboundClient,
  ) {}

  /** Throws an `OutboundError`. */
  fetch(url: string, timeoutMs: number, maxBytes: number): Promise<OutboundFile> {
    const { accountSid, authToken, baseUrl } = this.settings.get();
    const address = url.replace(TWILIO_URL, baseUrl);
    const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    const headers: Record<string, string> = address.startsWith(`${baseUrl}/`) ? { authorization } : {};
    return this.outbound.download(address, { headers, timeoutMs, maxBytes });
  }
}

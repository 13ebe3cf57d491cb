import { AppConfig, type Environment, IntegerSetting, MaxLength, OptionalTextSetting, UrlSetting } from '@app/common';
import { Injectable } from '@nestjs/common';
import { IsOptional, IsString, Matches } from 'class-validator';

export class WhatsAppEnvironment {
  @IsOptional()
  @Matches(/^AC\w{1,62}$/, { message: 'TWILIO_ACCOUNT_SID must begin with AC' })
  TWILIO_ACCOUNT_SID?: string;
  @OptionalTextSetting()
  TWILIO_AUTH_TOKEN?: string;
  @IsOptional()
  @Matches(/^whatsapp:\+\d{6,15}$/, { message: 'TWILIO_FROM must look like whatsapp:+14155238886' })
  TWILIO_FROM?: string;
  @UrlSetting()
  TWILIO_BASE_URL = 'https://api.twilio.com';
  @OptionalTextSetting()
  WHATSAPP_BOT?: string;
  @IsString()
  @MaxLength(1600)
  WHATSAPP_ERROR_TEXT = "I'm sorry, I encountered an error. Please try again";
  @IsString()
  @MaxLength(1600)
  WHATSAPP_UNSUPPORTED_TEXT = 'I can only read text messages. Please write to me what it is about.';
  @IntegerSetting(1, 100)
  WHATSAPP_SEND_ATTEMPTS = 20;
  @IntegerSetting(1, 60_000)
  WHATSAPP_RETRY_MS = 1000;
  @IntegerSetting(100, 60_000)
  WHATSAPP_TIMEOUT_MS = 10_000;

  /** The account needs all of its variables. */
  static contradictions(environment: WhatsAppEnvironment, { PUBLIC_URL }: Environment): string[] {
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = environment;
    const account = { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM };
    if (Object.values(account).every((value) => value === undefined)) return [];
    const missing = Object.entries({ ...account, PUBLIC_URL }).filter(([, value]) => value === undefined);
    const names = missing.map(([name]) => name).join(', ');
    return missing.length === 0 ? [] : [`WhatsApp also needs ${names} (PUBLIC_URL is what webhooks are signed for)`];
  }
}

export interface WhatsAppAccount {
  accountSid: string;
  authToken: string;
  /** `whatsapp:+…`, the sender of messages. */
  from: string;
  baseUrl: string;
  /** Without a trailing slash; webhooks are signed for an address below it. */
  publicUrl: string;
  /** The code of the bot that answers; null takes the open bot. */
  botCode: string | null;
  errorText: string;
  unsupportedText: string;
  attempts: number;
  /** The wait after the first failed attempt; it doubles with each. */
  retryMs: number;
  timeoutMs: number;
}

@Injectable()
export class WhatsAppConfig {
  /** Null when the channel is not set up. */
  readonly account: WhatsAppAccount | null;

  constructor(config: AppConfig) {
    this.account = accountOf(config.of(WhatsAppEnvironment), config.http.publicUrl);
  }
}

const accountOf = (environment: WhatsAppEnvironment, publicUrl: string | null): WhatsAppAccount | null =>
  environment.TWILIO_ACCOUNT_SID === undefined
    ? null
    : {
        accountSid: environment.TWILIO_ACCOUNT_SID,
        authToken: environment.TWILIO_AUTH_TOKEN!,
        from: environment.TWILIO_FROM!,
        baseUrl: environment.TWILIO_BASE_URL.replace(/\/+$/, ''),
        publicUrl: publicUrl!,
        botCode: environment.WHATSAPP_BOT ?? null,
        errorText: environment.WHATSAPP_ERROR_TEXT,
        unsupportedText: environment.WHATSAPP_UNSUPPORTED_TEXT,
        attempts: environment.WHATSAPP_SEND_ATTEMPTS,
        retryMs: environment.WHATSAPP_RETRY_MS,
        timeoutMs: environment.WHATSAPP_TIMEOUT_MS,
      };

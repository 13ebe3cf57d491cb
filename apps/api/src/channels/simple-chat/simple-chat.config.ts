import { AppConfig, IntegerSetting, OptionalTextSetting } from '@app/common';
import { Injectable } from '@nestjs/common';

export class SimpleChatEnvironment {
  @OptionalTextSetting()
  SIMPLE_CHAT_BOT?: string;
  @IntegerSetting(0)
  SIMPLE_CHAT_RATE = 5;
  @OptionalTextSetting()
  SIMPLE_CHAT_HANDED_OVER_TEXT?: string;
  @OptionalTextSetting()
  CONVERSATIONS_FILE?: string;
}

@Injectable()
export class SimpleChatConfig {
  /** Null is the public open bot. */
  readonly botCode: string | null;
  /** Requests per minute and address; 0 means that only the general limit holds. */
  readonly rate: number;
  /** Null takes the built-in text in the caller's language. */
  readonly handedOverText: string | null;
  readonly conversationsFile: string | null;

  constructor(config: AppConfig) {
    const environment = config.of(SimpleChatEnvironment);
    this.botCode = environment.SIMPLE_CHAT_BOT ?? null;
    this.rate = environment.SIMPLE_CHAT_RATE;
    this.handedOverText = environment.SIMPLE_CHAT_HANDED_OVER_TEXT ?? null;
    this.conversationsFile = environment.CONVERSATIONS_FILE ?? null;
  }
}

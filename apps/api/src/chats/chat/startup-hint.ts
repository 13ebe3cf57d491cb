import { StartupBanner } from '@app/common';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BotsService } from '../../bots/index.js';

const JSON_BODY = `-H 'Content-Type: application/json'`;

/** Shows in the startup banner how to talk to the open bot, as one line to copy. */
@Injectable()
export class StartupHint implements OnApplicationBootstrap {
  constructor(
    private readonly banner: StartupBanner,
    private readonly bots: BotsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const openBotId = await this.bots.getOpenBotId();
    if (openBotId === null) return;
    const { code, isPublic, isActive } = await this.bots.getProfile(openBotId);
    if (isPublic && isActive) this.banner.add('Say hello', (url) => conversation(url, code));
  }
}

/** Opens a chat and streams the answer. */
const conversation = (url: string, code: string): string =>
  `curl -sN ${url}/api/chats/$(curl -s ${url}/api/chats/create/bybotcode ${JSON_BODY} -d '{"botCode":"${code}"}' ` +
  `| sed -E 's/.*"chatId":"([^"]+)".*/\\1/')/completions ${JSON_BODY} -H 'Accept: text/event-stream' -d '{"userMessage":"Hello!"}'`;

import { Injectable } from '@nestjs/common';
import { ConversationsRepository, type LoggedEntry } from './conversations.repository.js';
import { ANONYMOUS_USER } from './simple-chat-request.pipe.js';

/** The conversation log in the original's shape: by user id, indented by four. */
@Injectable()
export class ConversationsService {
  constructor(private readonly conversations: ConversationsRepository) {}

  /** The log as JSON text, piece by piece. Callers without a user id are all under one key, each thread in one go. */
  async *write(): AsyncGenerator<string> {
    let visitorId: string | null = null;
    for await (const thread of this.conversations.readThreads()) {
      for await (const page of this.conversations.readEntries(thread.chatId)) {
        const entries = page.filter(({ bot }) => bot !== '');
        if (entries.length === 0) continue;
        const text = entries.map(entryText).join(',\n');
        if (thread.visitorId === visitorId) yield `,\n${text}`;
        else {
          const before = visitorId === null ? '{' : '\n    ],';
          yield `${before}\n    ${JSON.stringify(thread.userId ?? ANONYMOUS_USER)}: [\n${text}`;
          visitorId = thread.visitorId;
        }
      }
    }
    yield visitorId === null ? '{}\n' : '\n    ]\n}\n';
  }
}

const entryText = ({ user, bot, at }: LoggedEntry): string =>
  `        {
            "user": ${JSON.stringify(user)},
            "bot": ${JSON.stringify(bot)},
            "timestamp": ${(at.getTime() / 1000).toFixed(3)}
        }`;

import { AppError } from '@app/common';
import { OutboundError } from '@app/outbound';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ChatFilesService, endingOf, MAX_FILE_BYTES, type ChatFileDto } from '../../../chats/index.js';
import { NotThereYet } from '../../mail/inbox-worker.js';
import { TwilioMedia } from './twilio-media.js';
import type { IncomingMedia } from './twilio-form.js';
import { WordlessMessages } from './wordless-messages.js';
import { CHANNEL, WhatsAppSettingsService } from '../whatsapp-settings.service.js';

const ATTEMPTS = 4;
/** For all files of a message; a claim on it lasts a little longer. */
const TIME_MS = 20_000;

export interface ReceivedMessage {
  chatId: string;
  /** Twilio's id of the message: the same message again finds its files there. */
  externalId: string;
  text: string | null;
  media: readonly IncomingMedia[];
  /** What came besides text and files. */
  contents: string | null;
  /** The number of this attempt, from 1. */
  attempt: number;
}

/** The files that customers send become files of their chats. Agents are told of each, and where it is or why it is not there. */
@Injectable()
export class WhatsAppMedia {
  constructor(
    private readonly settings: WhatsAppSettingsService,
    private readonly twilio: TwilioMedia,
    private readonly files: ChatFilesService,
    private readonly wordless: WordlessMessages,
  ) {}

  /**
   * Keeps the files, and returns the text of the message or what stands for it. Null when the customer has been told that only text can be
   * read. Throws {@link NotThereYet} while another attempt may get more of the files.
   */
  async textOf(received: ReceivedMessage): Promise<string | null> {
    const { chatId, externalId, text, media, contents } = received;
    const files = await this.keep(received);
    if (contents !== null)
      await this.wordless.notifyAgents(chatId, externalId, `The customer sent ${contents}. It is not kept.`);
    if (text !== null) return text;
    const kinds = [...media.map(({ kind }) => kind), ...(contents === null ? [] : [contents])];
    const words = await this.wordless.wordsFor(chatId, kinds, files);
    if (words === null) await this.wordless.decline(chatId, externalId);
    return words;
  }

  private async keep(received: ReceivedMessage): Promise<ChatFileDto[]> {
    const until = Date.now() + TIME_MS;
    const kept: ChatFileDto[] = [];
    const lines: string[] = [];
    for (const [index, each] of received.media.entries()) {
      const file = await this.keepOne(received, index, until);
      if (typeof file === 'string') lines.push(`The customer sent ${each.kind}. It is not kept: ${file}`);
      else {
        kept.push(file);
        lines.push(`The customer sent ${each.kind}: ${this.settings.get().publicUrl}${file.url}`);
      }
    }
    if (lines.length > 0) await this.wordless.notifyAgents(received.chatId, received.externalId, lines.join('\n'));
    return kept;
  }

  /** The file, or why there is none. */
  private async keepOne(received: ReceivedMessage, index: number, until: number): Promise<ChatFileDto | string> {
    const { url, contentType, kind } = received.media[index]!;
    const ending = endingOf(contentType);
    if (ending === null) return `files of the type ${contentType || 'unknown'} are not accepted.`;
    const path = pathOf(received.externalId, index, kind, ending);
    try {
      const known = await this.files.findFile(received.chatId, path);
      if (known !== null) return known;
      const { bytes } = await this.twilio.fetch(url, Math.max(until - Date.now(), 1), MAX_FILE_BYTES);
      return await this.files.store(received.chatId, path, bytes);
    } catch (error) {
      if (error instanceof OutboundError) {
        if (received.attempt < ATTEMPTS && mayComeYet(error)) throw new NotThereYet(error.message);
        return `it could not be fetched from Twilio. ${error.message}`;
      }
      if (error instanceof AppError && error.status < 500) return error.message;
      throw error;
    }
  }
}

/** 404: what was just sent may be there in a moment. */
const mayComeYet = ({ failure, status }: OutboundError): boolean =>
  failure === 'bad_status'
    ? status !== null && (status >= 500 || [404, 408, 429].includes(status))
    : failure === 'unreachable' || failure === 'too_slow';

function pathOf(externalId: string, index: number, kind: string, ending: string): string {
  const hash = createHash('sha256').update(externalId).digest('hex').slice(0, 12);
  const name = kind.replace(/^an? /, '').replaceAll(' ', '-');
  return `${CHANNEL}/${name}-${hash}-${index + 1}.${ending}`;
}

import { csvLine } from '@app/common';
import type { MessageAuthor, MessageStatus } from '@app/database';

export interface TranscriptMessage {
  seq: number;
  createdUtc: string;
  author: MessageAuthor;
  /** The bot's or the agent's; empty for other authors. */
  name: string;
  status: MessageStatus;
  text: string;
}

export interface TranscribedChat {
  id: string;
  displayName: string;
  createdAt: Date;
}

type Messages = AsyncIterable<TranscriptMessage>;

interface TranscriptFormat {
  contentType: string;
  write(chat: TranscribedChat, messages: Messages): AsyncGenerator<string>;
}

const NAME = /^transcript\.(json|md|txt|csv)$/i;

/** The format of the transcript with this name; null when the name is not a transcript's. */
export function transcriptFormatOf(path: string): TranscriptFormat | null {
  const ending = NAME.exec(path)?.[1]?.toLowerCase();
  return ending === undefined ? null : FORMATS[ending as keyof typeof FORMATS];
}

const speaker = ({ author, name }: TranscriptMessage): string =>
  name === '' ? author.charAt(0).toUpperCase() + author.slice(1) : `${name} (${author})`;

const isIncomplete = ({ status }: TranscriptMessage): boolean => status === 'interrupted' || status === 'failed';

async function* writeJson({ id, displayName, createdAt }: TranscribedChat, messages: Messages): AsyncGenerator<string> {
  const head = JSON.stringify({ chatId: id, displayName, createdUtc: createdAt.toISOString() });
  yield `${head.slice(0, -1)},"messages":[`;
  let separator = '\n';
  for await (const message of messages) {
    yield separator + JSON.stringify(message);
    separator = ',\n';
  }
  yield '\n]}\n';
}

async function* writeMarkdown({ displayName }: TranscribedChat, messages: Messages): AsyncGenerator<string> {
  yield `# ${displayName}\n`;
  for await (const message of messages)
    yield `\n**${speaker(message)}** · ${message.createdUtc}${isIncomplete(message) ? ' · cut off' : ''}\n\n${message.text}\n`;
}

async function* writeText({ displayName }: TranscribedChat, messages: Messages): AsyncGenerator<string> {
  yield `${displayName}\n`;
  for await (const message of messages)
    yield `\n[${message.createdUtc}] ${speaker(message)}${isIncomplete(message) ? ' (cut off)' : ''}:\n${message.text}\n`;
}

async function* writeCsv(_: TranscribedChat, messages: Messages): AsyncGenerator<string> {
  yield 'seq,createdUtc,author,name,status,text\r\n';
  for await (const { seq, createdUtc, author, name, status, text } of messages)
    yield csvLine([String(seq), createdUtc, author, name, status, text]);
}

const FORMATS = {
  json: { contentType: 'application/json', write: writeJson },
  md: { contentType: 'text/markdown', write: writeMarkdown },
  txt: { contentType: 'text/plain', write: writeText },
  csv: { contentType: 'text/csv', write: writeCsv },
} satisfies Record<string, TranscriptFormat>;

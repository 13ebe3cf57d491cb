import { csvLine } from '@app/common';
import type { ListedChatDto } from './all-chats.dto.js';

type Pieces = AsyncIterable<ListedChatDto[]>;

const COLUMNS: Record<string, (chat: ListedChatDto) => string | number | null> = {
  chatId: (chat) => chat.chatId,
  title: (chat) => chat.title,
  customerName: (chat) => chat.customerName,
  botId: (chat) => chat.bot.id,
  botName: (chat) => chat.bot.name,
  channel: (chat) => chat.channel,
  owner: (chat) => chat.owner,
  agentId: (chat) => chat.agent?.id ?? null,
  agentName: (chat) => chat.agent?.name ?? null,
  waitingSince: (chat) => chat.waitingSince,
  createdAt: (chat) => chat.createdAt,
  lastActivityAt: (chat) => chat.lastActivityAt,
  lastMessageAt: (chat) => chat.lastMessage?.createdAt ?? null,
  lastMessageSenderType: (chat) => chat.lastMessage?.senderType ?? null,
  lastMessageText: (chat) => chat.lastMessage?.text ?? null,
  tags: (chat) => chat.tags.join(' '),
};

/** One object a line. */
export async function* writeJsonl(pieces: Pieces): AsyncGenerator<string> {
  for await (const chats of pieces) yield chats.map((chat) => `${JSON.stringify(chat)}\n`).join('');
}

/** With a line of names first. */
export async function* writeCsv(pieces: Pieces): AsyncGenerator<string> {
  const columns = Object.values(COLUMNS);
  yield csvLine(Object.keys(COLUMNS));
  for await (const chats of pieces)
    yield chats.map((chat) => csvLine(columns.map((column) => String(column(chat) ?? '')))).join('');
}

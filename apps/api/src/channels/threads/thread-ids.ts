import { assistantNotFound, threadNotFound } from './thread-errors.js';

const HEX = /^[0-9a-f]{32}$/;
const UUID_PARTS = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

const named =
  (prefix: string) =>
  (id: string): string =>
    prefix + hexOf(id);

/** Our ids as this format writes them: a word and 32 hexadecimal digits. Nothing is stored, both directions are computed. */
export const threadIdOf = named('thread_');
export const assistantIdOf = named('asst_');
export const runIdOf = named('run_');
export const messageIdOf = named('msg_');

export const hexOf = (id: string): string => id.replaceAll('-', '');

/** The chat that a thread is; an id that cannot be one is simply not there. */
export function chatIdOf(threadId: string): string {
  const chatId = uuidOf('thread_', threadId);
  if (chatId === null) throw threadNotFound();
  return chatId;
}

/** The bot that an assistant is. */
export function botIdOf(assistantId: string): string {
  const botId = uuidOf('asst_', assistantId);
  if (botId === null) throw assistantNotFound();
  return botId;
}

function uuidOf(prefix: string, id: string): string | null {
  const hex = id.slice(prefix.length);
  return id.startsWith(prefix) && HEX.test(hex) ? hex.replace(UUID_PARTS, '$1-$2-$3-$4-$5') : null;
}

import { AppError, notFound, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { uuidv7 } from 'uuidv7';
import { mapChatFile, type ChatFileDto, type ChatFilesDto } from './chat-file.dto.js';
import { ChatFilesRepository, type FileLimits } from './chat-files.repository.js';
import { ChatsService } from '../chat/chats.service.js';
import { contentTypeOf, FILE_ENDINGS } from './file-types.js';
import type { Download } from './send-download.js';
import { TicketsService } from './tickets.service.js';
import { transcriptFormatOf } from './transcript-formats.js';
import { TranscriptsRepository } from './transcripts.repository.js';

export const MAX_FILE_BYTES = 20_000_000;
const LIMITS: FileLimits = { files: 100, bytes: 100_000_000 };

/** The files of a chat: uploaded ones, and transcripts, which are generated on request. */
@Injectable()
export class ChatFilesService {
  constructor(
    private readonly chats: ChatsService,
    private readonly tickets: TicketsService,
    private readonly files: ChatFilesRepository,
    private readonly transcripts: TranscriptsRepository,
  ) {}

  /** A ticket replaces the caller's access to the chat; if one is given it must be valid. `knownTags` is the `If-None-Match` header. */
  async download(
    caller: Principal,
    chatId: string,
    path: string,
    ticket: string | undefined,
    knownTags: string | undefined,
  ): Promise<Download> {
    if (ticket === undefined) await this.chats.getReadableChat(caller, chatId);
    else await this.tickets.useTicket(ticket, chatId);
    const isTicket = ticket !== undefined;
    const format = transcriptFormatOf(path);
    if (format !== null) {
      const chat = await this.chats.getAnyChat(chatId);
      const body = Readable.from(format.write(chat, this.transcripts.readMessages(chatId)));
      return { path, contentType: format.contentType, size: null, etag: null, isTicket, body };
    }
    const file = await this.files.find(chatId, path);
    if (file === null) throw notFound('The file');
    const { contentType, size } = file;
    const etag = `"${file.sha256}"`;
    const body = isKnown(knownTags, etag) ? null : Readable.from(this.files.readBytes(file.fileId));
    return { path, contentType, size, etag, isTicket, body };
  }

  /** Agents see the files of every chat. */
  async list(caller: Principal, chatId: string): Promise<ChatFilesDto> {
    await this.chats.getReadableChat(caller, chatId);
    return { items: (await this.files.list(chatId)).map((file) => mapChatFile(chatId, file)) };
  }

  /** For services that know the chat. */
  async findFile(chatId: string, path: string): Promise<ChatFileDto | null> {
    const file = await this.files.find(chatId, path);
    return file && mapChatFile(chatId, file);
  }

  /** Replaces a file with the same path. */
  async upload(caller: Principal, chatId: string, path: string, bytes: Buffer | undefined): Promise<ChatFileDto> {
    await this.chats.getCustomerChat(caller, chatId);
    return this.store(chatId, path, bytes);
  }

  /** For services that received the file from the chat's customer. */
  async store(chatId: string, path: string, bytes: Buffer | undefined): Promise<ChatFileDto> {
    if (bytes === undefined || bytes.length === 0)
      throw new AppError('VALIDATION_FAILED', { detail: 'The body must hold the file; it is empty.' });
    if (transcriptFormatOf(path) !== null)
      throw new AppError('CONFLICT', { detail: 'This is the name of a transcript of the chat.' });
    const contentType = contentTypeOf(path, bytes);
    if (contentType === null)
      throw new AppError('UNSUPPORTED_MEDIA_TYPE', {
        detail: `A file must be what its name says, and end in one of: ${FILE_ENDINGS.join(', ')}.`,
      });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { id: uuidv7(), contentType, size: bytes.length, sha256, createdAt: new Date() };
    switch (await this.files.put(chatId, path, file, bytes, LIMITS)) {
      case 'missing':
        throw notFound('The chat');
      case 'full':
        throw new AppError('CONFLICT', {
          detail: `A chat holds at most ${LIMITS.files} files and ${LIMITS.bytes / 1_000_000} MB.`,
        });
      case 'done':
        return mapChatFile(chatId, { ...file, fileId: file.id, path });
    }
  }

  async remove(caller: Principal, chatId: string, path: string): Promise<void> {
    await this.chats.getCustomerChat(caller, chatId);
    if (!(await this.files.remove(chatId, path))) throw notFound('The file');
  }
}

const isKnown = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

import {
  ANONYMOUS_CUSTOMER,
  AppError,
  hasCode,
  inLanguage,
  type AnonymousPrincipal,
  type Language,
  type TermValue,
  type VisitorPrincipal,
} from '@app/common';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { BotsService } from '../../bots/index.js';
import { ChatsService, CompletionsService } from '../../chats/index.js';
import { ConversationsFile } from './conversations-file.js';
import { SimpleChatThreadsRepository, type StoredThread } from './simple-chat-threads.repository.js';
import { SimpleChatConfig } from './simple-chat.config.js';
import type { SimpleChatAnswerDto, SimpleChatRequest } from './simple-chat.dto.js';

type Caller = AnonymousPrincipal | VisitorPrincipal;

const CHANNEL = 'simple-chat';
const ID = /^[\w-]{1,36}$/;
const HANDED_OVER: TermValue = {
  value: 'A person will answer you shortly.',
  valueDe: 'Ein Mensch wird Ihnen in Kürze antworten.',
};

/**
 * One question, one answer. A caller with a user id has one open chat, known by that id; a thread id names a chat of the caller.
 * Without either every call begins a chat of its own. What people say in a chat comes with the next answer.
 */
@Injectable()
export class SimpleChatService {
  private readonly handedOver: TermValue;
  private readonly botCode: string | null;

  constructor(
    config: SimpleChatConfig,
    private readonly bots: BotsService,
    private readonly chats: ChatsService,
    private readonly completions: CompletionsService,
    private readonly threads: SimpleChatThreadsRepository,
    private readonly file: ConversationsFile,
  ) {
    const { botCode, handedOverText } = config;
    this.botCode = botCode;
    this.handedOver = handedOverText === null ? HANDED_OVER : { value: handedOverText, valueDe: '' };
  }

  async answer(request: SimpleChatRequest, language: Language): Promise<SimpleChatAnswerDto> {
    const named = request.threadId === null ? null : await this.getThread(request.threadId, request);
    const { thread, text, isByPerson } = await this.complete(named, request, language);
    const visited = named === null ? [thread.chatId] : [named.chatId, thread.chatId];
    const news = await this.threads.takeNews(visitorIdOf(request), visited);
    const waiting = news.length > 0 ? news : [inLanguage(this.handedOver, language)];
    const parts = isByPerson ? [text, ...waiting] : [...news, text];
    return { answer: parts.filter((part) => part !== '').join('\n\n'), thread_id: thread.chatId };
  }

  /** A closed chat is not the end for a client that knows only its old thread: it goes on in a new one. */
  private async complete(named: StoredThread | null, request: SimpleChatRequest, language: Language) {
    const thread = named ?? (await this.openThread(request));
    try {
      return { thread, ...(await this.run(thread, request, language)) };
    } catch (error) {
      if (!hasCode(error, 'CHAT_CLOSED')) throw error;
      const next = await this.openThread(request);
      return { thread: next, ...(await this.run(next, request, language)) };
    }
  }

  private async run({ chatId, botId }: StoredThread, request: SimpleChatRequest, language: Language) {
    const caller = callerOf(request, botId);
    const options = { idempotency: null, language };
    const completion = await this.completions.answer(caller, chatId, request.message, options);
    const { assistantMessage: text, metaData } = completion;
    const isCut = metaData.tags.includes('interrupted');
    const mayBeByPerson = isCut || text === '';
    const isByPerson =
      metaData.tags.includes('human') || (mayBeByPerson && (await this.isHeldByPerson(caller, chatId)));
    if (!isByPerson && text === '') throw new AppError(isCut ? 'TURN_INTERRUPTED' : 'PROVIDER_INCOMPLETE');
    this.file.changed();
    return { text, isByPerson };
  }

  private async isHeldByPerson(caller: Caller, chatId: string): Promise<boolean> {
    const { owner } = await this.chats.getCustomerChat(caller, chatId);
    return owner === 'human' || owner === 'requested';
  }

  private async getThread(chatId: string, request: SimpleChatRequest): Promise<StoredThread> {
    const thread = ID.test(chatId) ? await this.threads.find(chatId, visitorIdOf(request)) : null;
    if (thread === null) throw new AppError('NOT_FOUND', { detail: 'Thread not found' });
    return thread;
  }

  private async openThread(request: SimpleChatRequest): Promise<StoredThread> {
    const botId = await this.getBotId();
    const caller = callerOf(request, botId);
    const chatId =
      caller.kind === 'visitor'
        ? await this.chats.openAddressedChat(caller, CHANNEL)
        : await this.chats.openChat(caller, botId, CHANNEL);
    await this.threads.insertIfMissing({ chatId, visitorId: visitorIdOf(request), userId: request.userId });
    return { chatId, botId };
  }

  private async getBotId(): Promise<string> {
    try {
      return (await this.bots.getChannelBot(this.botCode)).id;
    } catch (error) {
      if (!hasCode(error, 'NOT_FOUND')) throw error;
      throw new AppError('BOT_NOT_READY', { detail: 'The simple chat has no public bot to answer.' });
    }
  }
}

/** The visitor id of a user id. It is a hash, so that the user id cannot be derived from it. */
const visitorIdOf = ({ userId }: SimpleChatRequest): string =>
  userId === null ? '' : `sc_${createHash('sha256').update(userId).digest('base64url')}`;

const callerOf = (request: SimpleChatRequest, botId: string): Caller =>
  request.userId === null
    ? ANONYMOUS_CUSTOMER
    : { kind: 'visitor', visitorId: visitorIdOf(request), botId, displayName: request.userId };

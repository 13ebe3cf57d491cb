import { AppError } from '@app/common';
import { Injectable, type PipeTransform } from '@nestjs/common';
import type { SimpleChatRequest } from './simple-chat.dto.js';

export const MAX_MESSAGE_LENGTH = 32_000;
export const MAX_USER_ID_LENGTH = 200;
/** What callers without a user id were called in the original: it identifies no caller. */
export const ANONYMOUS_USER = 'anonymous';

/** Reads the body as this channel's clients write it: unknown fields are ignored, what is falsy counts as not given. */
@Injectable()
export class SimpleChatRequestPipe implements PipeTransform<unknown, SimpleChatRequest> {
  transform(body: unknown): SimpleChatRequest {
    if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
      throw invalid('The body must be a JSON object.');
    const { message, user_id: userId, thread_id: threadId } = (body ?? {}) as Record<string, unknown>;
    if (typeof message !== 'string' || message.trim() === '') throw invalid('Message is required');
    if (message.length > MAX_MESSAGE_LENGTH)
      throw invalid(`The message must have at most ${MAX_MESSAGE_LENGTH} characters.`);
    const user = textOf(userId, 'user_id');
    if (user !== null && user.length > MAX_USER_ID_LENGTH)
      throw invalid(`user_id must have at most ${MAX_USER_ID_LENGTH} characters.`);
    return { message, userId: user === ANONYMOUS_USER ? null : user, threadId: textOf(threadId, 'thread_id') };
  }
}

function textOf(value: unknown, name: string): string | null {
  if (!value) return null;
  if (typeof value !== 'string') throw invalid(`${name} must be a string.`);
  return value;
}

const invalid = (detail: string): AppError => new AppError('VALIDATION_FAILED', { detail });

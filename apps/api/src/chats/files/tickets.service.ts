import { AppError, notFound, type Principal } from '@app/common';
import { isForeignKeyViolation } from '@app/database';
import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { ChatsService } from '../chat/chats.service.js';
import { TicketsRepository } from './tickets.repository.js';

const LIFETIME_MS = 60_000;
/** 256 random bits, base64url. */
const TICKET = /^[\w-]{43}$/;

/** Tickets let a browser open a link to a file without a token: once, within a minute, in one chat. */
@Injectable()
export class TicketsService {
  constructor(
    private readonly chats: ChatsService,
    private readonly tickets: TicketsRepository,
  ) {}

  async createTicket(caller: Principal, chatId: string): Promise<string> {
    await this.chats.getReadableChat(caller, chatId);
    const ticket = randomBytes(32).toString('base64url');
    try {
      await this.tickets.insert(hashOf(ticket), chatId, LIFETIME_MS);
    } catch (error) {
      if (isForeignKeyViolation(error)) throw notFound('The chat');
      throw error;
    }
    return ticket;
  }

  /** Throws 401 for a ticket that is used or expired, 404 for one of another chat. */
  async useTicket(ticket: string, chatId: string): Promise<void> {
    const result = TICKET.test(ticket) ? await this.tickets.take(hashOf(ticket), chatId) : 'gone';
    if (result === 'foreign') throw notFound('The file');
    if (result === 'gone') throw new AppError('INVALID_TOKEN', { detail: 'The ticket is used, expired or unknown.' });
  }
}

const hashOf = (ticket: string): string => createHash('sha256').update(ticket).digest('hex');

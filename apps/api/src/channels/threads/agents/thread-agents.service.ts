import { hasCode, type Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { TakeoverService } from '../../../takeover/index.js';
import { ThreadNotTakenOver } from '../thread-errors.js';
import { ThreadStaffService } from './thread-staff.service.js';
import { statusOf } from '../thread-status.js';
import {
  ALREADY_CANCELLED,
  MESSAGE_ADDED,
  type ChatRequestDto,
  type MessageAddedDto,
  type ThreadNoticeDto,
} from '../thread.dto.js';
import { ThreadsService } from '../threads.service.js';

const OVERTAKEN = ['CHAT_HELD', 'CHAT_CLOSED', 'OUTDATED_CHAT'] as const;
const GIVEN_AWAY = ['OUTDATED_CHAT', 'CHAT_CLOSED', 'CHAT_NOT_HELD'] as const;

/** What agents do in threads. */
@Injectable()
export class ThreadAgentsService {
  constructor(
    private readonly staff: ThreadStaffService,
    private readonly threads: ThreadsService,
    private readonly takeover: TakeoverService,
  ) {}

  /**
   * From now on only the agent speaks. Nothing in this format says that an agent is still there, so the thread is held without a
   * lease: it goes back to the bot through our own API alone.
   */
  async takeOver(caller: Principal, threadId: string): Promise<ThreadNoticeDto> {
    const agent = await this.staff.asAgent(caller);
    const thread = await this.threads.find(threadId);
    if (statusOf(thread) !== 'active') return ALREADY_CANCELLED;
    try {
      await this.takeover.claimChat(agent, thread.id, {}, false);
    } catch (error) {
      if (hasCode(error, ...OVERTAKEN)) return ALREADY_CANCELLED;
      throw error;
    }
    return { message: 'Agent takeover successful.' };
  }

  async addMessage(caller: Principal, { thread_id, message }: ChatRequestDto): Promise<MessageAddedDto> {
    const agent = await this.staff.asAgent(caller);
    const thread = await this.threads.find(thread_id);
    if (thread.owner !== 'human') throw new ThreadNotTakenOver();
    try {
      await this.takeover.sendMessage(agent, thread.id, { text: message, expectedEpoch: thread.epoch });
    } catch (error) {
      throw hasCode(error, ...GIVEN_AWAY) ? new ThreadNotTakenOver() : error;
    }
    return MESSAGE_ADDED;
  }
}

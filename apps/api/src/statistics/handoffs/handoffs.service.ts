import { AppError } from '@app/common';
import { Injectable } from '@nestjs/common';
import { costRange } from '../usage-range.js';
import { handoffFigures } from './handoff-figures.js';
import type { HandoffFiguresDto, HandoffsQuery, SecondsDto } from './handoffs.dto.js';
import { HandoffsRepository } from './handoffs.repository.js';

const DAY_MS = 86_400_000;
const MAX_PASSAGES = 100_000;

/** What became of requests for a person. */
@Injectable()
export class HandoffsService {
  constructor(private readonly handoffs: HandoffsRepository) {}

  async getFigures(query: HandoffsQuery): Promise<HandoffFiguresDto> {
    const range = costRange(query);
    const from = new Date(`${range.from}T00:00:00Z`);
    const until = new Date(Math.min(Date.parse(`${range.to}T00:00:00Z`) + DAY_MS, Date.now()));
    const passages = await this.handoffs.findPassages(from, until, MAX_PASSAGES + 1);
    if (passages.length > MAX_PASSAGES) {
      const message = `there are more than ${MAX_PASSAGES} changes of owner in this period: ask for a shorter one`;
      throw new AppError('VALIDATION_FAILED', { errors: [{ path: 'FromRequestDate', message }] });
    }
    const chats = await this.handoffs.findChats([...new Set(passages.map(({ chatId }) => chatId))], from);
    const botId = query.BotId ?? null;
    const counted = passages.filter(({ chatId }) => botId === null || chats.get(chatId)?.botId === botId);
    const { firstAnswers, ...figures } = handoffFigures(counted, chats, until);
    return { from: range.from, to: range.to, ...figures, firstAnswerSeconds: secondsOf(firstAnswers) };
  }
}

/** Null without any. The times are in order. */
function secondsOf(times: readonly number[]): SecondsDto | null {
  const longest = times.at(-1);
  if (longest === undefined) return null;
  const seconds = (ms: number): number => Math.round(ms / 1000);
  const at = (share: number): number => seconds(times[Math.ceil(times.length * share) - 1]!);
  const total = times.reduce((sum, time) => sum + time, 0);
  return { mean: seconds(total / times.length), median: at(0.5), p90: at(0.9), max: seconds(longest) };
}

import { AppError, isAdmin, notFound, type Principal } from '@app/common';
import type { CannedAnswer } from '@app/database';
import { Injectable } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { agentOf } from '../commands/agent.js';
import type { CannedAnswerDto, CannedAnswersDto, SaveCannedAnswerRequestDto } from './desk.dto.js';
import { DeskRepository } from './desk.repository.js';

const ANSWERS_PER_OWNER = 500;
const VARIABLE = /\{\{\s*([\p{L}\p{N}._-]{1,40})\s*\}\}/gu;

/** Texts that agents need often: their own, and those that administrators give to all. */
@Injectable()
export class CannedAnswersService {
  constructor(private readonly desk: DeskRepository) {}

  async list(caller: Principal): Promise<CannedAnswersDto> {
    return { items: (await this.desk.findCannedAnswers(agentOf(caller).id)).map(mapAnswer) };
  }

  async create(caller: Principal, dto: SaveCannedAnswerRequestDto): Promise<CannedAnswerDto> {
    const answer = { id: uuidv7(), ...this.contentOf(caller, dto) };
    if (await this.desk.insertCannedAnswer(answer, ANSWERS_PER_OWNER)) return mapAnswer(answer);
    throw new AppError('CONFLICT', { detail: `There are at most ${ANSWERS_PER_OWNER} canned answers.` });
  }

  async update(caller: Principal, id: string, dto: SaveCannedAnswerRequestDto): Promise<CannedAnswerDto> {
    await this.requireOwn(caller, id);
    const content = this.contentOf(caller, dto);
    await this.desk.updateCannedAnswer(id, content);
    return mapAnswer({ id, ...content });
  }

  async delete(caller: Principal, id: string): Promise<void> {
    await this.requireOwn(caller, id);
    await this.desk.deleteCannedAnswer(id);
  }

  /** Those of other agents are not found. */
  private async requireOwn(caller: Principal, id: string): Promise<void> {
    const { id: agentId } = agentOf(caller);
    const answer = await this.desk.findCannedAnswer(id);
    if (answer === null || (answer.userId !== null && answer.userId !== agentId)) throw notFound('The canned answer');
    if (answer.userId === null && !isAdmin(caller)) throw new AppError('FORBIDDEN');
  }

  private contentOf(caller: Principal, { isShared, shortcut, title, text }: SaveCannedAnswerRequestDto) {
    const { id: agentId } = agentOf(caller);
    if (isShared && !isAdmin(caller)) throw new AppError('FORBIDDEN');
    return { userId: isShared ? null : agentId, shortcut, title: title.trim(), text, updatedAt: new Date() };
  }
}

const mapAnswer = ({ id, userId, shortcut, title, text }: CannedAnswer): CannedAnswerDto => ({
  cannedAnswerId: id,
  shortcut,
  title,
  text,
  isShared: userId === null,
  variables: [...new Set(Array.from(text.matchAll(VARIABLE), ([, name]) => name!))],
});

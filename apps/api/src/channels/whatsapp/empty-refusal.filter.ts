import { ProblemFilter } from '@app/common';
import type { Problem } from '@app/contracts';
import { Catch } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

const EMPTY: readonly number[] = [400, 403];

/** Twilio reads statuses only, and its callers of old were refused without a word. What is wrong on our side stays a problem. */
@Catch()
export class EmptyRefusalFilter extends ProblemFilter {
  protected override send(response: FastifyReply, problem: Problem, error: unknown): void {
    if (EMPTY.includes(problem.status)) void response.code(problem.status).send();
    else super.send(response, problem, error);
  }
}

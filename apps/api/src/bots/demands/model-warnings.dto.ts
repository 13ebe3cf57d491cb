import { ApiProperty } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

export class ModelWarningsDto {
  /** In sentences: the model ends within 90 days or has ended, or its service does not list it. */
  @ApiProperty({
    example: ['The service OpenAI does not list the model example-model: check its name.'],
    type: [String],
  })
  warnings: string[];
}

export const MODEL_WARNING = {
  Warning: {
    description: "What speaks against the bot's model, although the bot was saved.",
    schema: { type: 'string', example: '299 - "The service OpenAI does not list the model example-model"' },
  },
} as const;

/** As a `Warning` header, whose texts hold ASCII only. */
export function addWarnings(reply: FastifyReply, { warnings }: ModelWarningsDto): void {
  if (warnings.length > 0) reply.header('warning', warnings.map((text) => `299 - "${quoted(text)}"`).join(', '));
}

const quoted = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');

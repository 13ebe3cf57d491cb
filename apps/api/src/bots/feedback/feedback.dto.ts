import { FlagQuery, IsMoment, PagingQuery, PagingResultOf } from '@app/common';
import type { Feedback } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { OptionalText } from '../profile/optional.decorators.js';

const INT_LIMIT = 2_147_483_647;
const TEXT_LENGTH = 100_000;
const COMMENT_LENGTH = 16_000;
const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const TIME = { example: '2026-03-01T12:00:00.000Z', type: 'string', format: 'date-time' } as const;

const NumberQuery =
  (example: number): PropertyDecorator =>
  (target, key) => {
    IsOptional()(target, key);
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value,
    )(target, key);
    IsInt()(target, key);
    Min(-INT_LIMIT)(target, key);
    Max(INT_LIMIT)(target, key);
    ApiProperty({ type: 'integer', format: 'int32', required: false, example })(target, key);
  };

/** Without any of the flags, feedback with and without a status is listed. */
export class BotFeedbackQuery extends PagingQuery {
  /** Only feedback with this vote. */
  @NumberQuery(1)
  FilterByVote?: number;

  /** Feedback without a status. */
  @FlagQuery()
  ShowFeedbacksWithoutStatus?: boolean;

  /** Feedback with a status. */
  @FlagQuery()
  ShowFeedbacksWithStatus?: boolean;

  /** Of the feedback with a status, only that with this one. */
  @NumberQuery(2)
  FilterByStatus?: number;
}

export class AdminGetBotFeedbackResponseItemDto {
  @ApiProperty({ example: ID_EXAMPLE })
  id: string;

  @ApiProperty({ example: ID_EXAMPLE })
  botId: string;

  @ApiProperty({ example: 'How do I return an order?' })
  userMessage: string;

  @ApiProperty({ example: 'Print the label and bring the parcel to the post office.' })
  assistantMessage: string;

  @ApiProperty({ example: 'The label is missing.' })
  userComment: string;

  @ApiProperty(TIME)
  messageCreatedUtc: Date;

  @ApiProperty(TIME)
  createdUtc: Date;

  @ApiProperty({ example: 1, type: 'integer', format: 'int32' })
  voteId: number;

  @ApiProperty({ example: 2, type: 'integer', format: 'int32', nullable: true })
  status: number | null;

  @ApiProperty({ example: 'We added the label.' })
  adminComment: string;

  @ApiProperty({ ...TIME, nullable: true })
  adminUpdatedUtc: Date | null;
}

export class AdminGetBotFeedbackResponseItemDtoPagingResult extends PagingResultOf(
  AdminGetBotFeedbackResponseItemDto,
) {}

export class AdminUpdateBotFeedbackRequestDto {
  @IsInt()
  @Min(-INT_LIMIT)
  @Max(INT_LIMIT)
  @ApiProperty({ example: 2, type: 'integer', format: 'int32' })
  status: number;

  @OptionalText(COMMENT_LENGTH, 'We added the label.')
  adminComment?: string | null;
}

/** A vote on an answer, with a comment. */
export class BotFeedbackRequestDto {
  /** Not used: the chat of the address counts. */
  @OptionalText(100, ID_EXAMPLE)
  chatId?: string | null;

  @OptionalText(TEXT_LENGTH, 'How do I return an order?')
  userMessage?: string | null;

  @OptionalText(TEXT_LENGTH, 'Print the label and bring the parcel to the post office.')
  assistantMessage?: string | null;

  @IsOptional()
  @IsMoment()
  @ApiProperty({ ...TIME, required: false })
  messageCreatedUtc?: string;

  @OptionalText(COMMENT_LENGTH, 'The label is missing.')
  userComment?: string | null;

  /** Any number; what it means is between you and your users. */
  @IsInt()
  @Min(-INT_LIMIT)
  @Max(INT_LIMIT)
  @ApiProperty({ example: 1, type: 'integer', format: 'int32' })
  voteId: number;
}

export class BotFeedbackResponseDto {
  @ApiProperty({ example: ID_EXAMPLE })
  feedbackId: string;
}

export const mapFeedback = (feedback: Feedback): AdminGetBotFeedbackResponseItemDto => ({
  id: feedback.id,
  botId: feedback.botId,
  userMessage: feedback.userMessage,
  assistantMessage: feedback.assistantMessage,
  userComment: feedback.userComment,
  messageCreatedUtc: feedback.messageCreatedAt,
  createdUtc: feedback.createdAt,
  voteId: feedback.voteId,
  status: feedback.status,
  adminComment: feedback.adminComment ?? '',
  adminUpdatedUtc: feedback.adminUpdatedAt,
});

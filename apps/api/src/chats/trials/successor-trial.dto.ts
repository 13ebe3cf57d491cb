import { IdField, MAX_ID_LENGTH, MaxLength } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

const MOST_QUESTIONS = 20;
const DEFAULT_QUESTIONS = 5;
const NAME_LENGTH = 200;
const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

export class SuccessorTrialRequestDto {
  /** The model that may take over. */
  @IsString()
  @Matches(/\S/, { message: 'modelName must not be empty' })
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ example: 'example-model', maxLength: NAME_LENGTH })
  modelName: string;

  /** Its service; without one, the service that the bot answers through. */
  @IsOptional()
  @IdField()
  @ApiProperty({ example: null, maxLength: MAX_ID_LENGTH, type: 'string', nullable: true, required: false })
  openAiServiceId?: string | null;

  /** How many of the last questions are asked. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_QUESTIONS)
  @ApiProperty({
    example: 3,
    type: 'integer',
    minimum: 1,
    maximum: MOST_QUESTIONS,
    required: false,
    default: DEFAULT_QUESTIONS,
  })
  count: number = DEFAULT_QUESTIONS;
}

export class TrialProblemDto {
  @ApiProperty({ example: 'PROVIDER_TIMEOUT' })
  code: string;

  @ApiProperty({ example: 'The model service did not answer in time.' })
  detail: string;
}

export class TrialAnswerDto {
  /** What came before a problem, if there is one. */
  @ApiProperty({ example: 'Orders may be returned for 30 days.' })
  text: string;

  @ApiProperty({ example: 1400, type: 'integer' })
  durationMs: number;

  /** Null when there was no text. */
  @ApiProperty({ example: 320, type: 'integer', nullable: true })
  firstTextMs: number | null;

  @ApiProperty({ example: 210, type: 'integer' })
  inputTokens: number;

  @ApiProperty({ example: 35, type: 'integer' })
  outputTokens: number;

  /** Whether the tokens are an estimate because the service did not report them. */
  @ApiProperty({ example: false })
  isEstimated: boolean;

  /** Nano-dollars; null while the model has no price. */
  @ApiProperty({ example: 105000, type: 'integer', nullable: true })
  costNano: number | null;

  @ApiProperty({ type: TrialProblemDto, nullable: true })
  problem: TrialProblemDto | null;
}

export class TrialQuestionDto {
  @ApiProperty({ example: ID_EXAMPLE })
  chatId: string;

  @ApiProperty({ example: 'How long can I return an order?' })
  question: string;

  @ApiProperty({ type: TrialAnswerDto })
  present: TrialAnswerDto;

  @ApiProperty({ type: TrialAnswerDto })
  candidate: TrialAnswerDto;
}

export class TrialModelDto {
  @ApiProperty({ example: ID_EXAMPLE })
  openAiServiceId: string;

  @ApiProperty({ example: 'example-model' })
  modelName: string;
}

/** The bot's last questions, answered by two models. Nothing of it is stored but what it cost. */
export class SuccessorTrialDto {
  @ApiProperty({ type: TrialModelDto })
  present: TrialModelDto;

  @ApiProperty({ type: TrialModelDto })
  candidate: TrialModelDto;

  /** The newest first. Empty while the bot has answered no question. */
  @ApiProperty({ type: [TrialQuestionDto] })
  questions: TrialQuestionDto[];
}

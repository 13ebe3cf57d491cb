import { MaxLength } from '@app/common';
import { REASONING_EFFORTS, VERBOSITIES, type ReasoningEffort, type Verbosity } from '@app/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateBy,
  type ValidationArguments,
} from 'class-validator';
import { OptionalFlag } from '../profile/optional.decorators.js';
import { faultInAnswerSchema } from './answer-schema.js';
import { problemOfExtraBody } from './extra-body.js';

const MOST_STOPS = 4;
const STOP_LENGTH = 200;

const OptionalNumber = (type: 'number' | 'integer', minimum: number, maximum: number, example: number | null) =>
  applyDecorators(
    IsOptional(),
    type === 'integer' ? IsInt() : IsNumber(),
    Min(minimum),
    Max(maximum),
    ApiProperty({ example, type, minimum, maximum, nullable: true, required: false }),
  );

const OptionalChoice = (choices: readonly string[], example: string) =>
  applyDecorators(
    IsOptional(),
    IsIn(choices),
    ApiProperty({ enum: [...choices, null], example, type: 'string', nullable: true, required: false }),
  );

/** @param faultIn what is wrong with the value, as the rest of a sentence; null when nothing is */
const HasNoFault = (name: string, faultIn: (value: unknown) => string | null) =>
  ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => faultIn(value) === null,
      defaultMessage: (given?: ValidationArguments) => `${given?.property} ${faultIn(given?.value)}`,
    },
  });

/**
 * How the bot's model is called. Null leaves a parameter to the service. A parameter that the service is known not to take is refused; one
 * that it turns out not to take is left out of its requests.
 */
export class BotParametersDto {
  @OptionalNumber('number', 0, 2, 0.7)
  temperature?: number | null;

  @OptionalNumber('integer', 1, 1_000_000, 2000)
  maxOutputTokens?: number | null;

  /** The share of the most likely words that the model chooses from. */
  @OptionalNumber('number', 0, 1, 0.9)
  topP?: number | null;

  /** How hard the model thinks before it answers. */
  @OptionalChoice(REASONING_EFFORTS, 'low')
  reasoningEffort?: ReasoningEffort | null;

  /** How much the model says. Only OpenAI's own formats have it. */
  @OptionalChoice(VERBOSITIES, 'low')
  verbosity?: Verbosity | null;

  /** Texts at which the answer ends. The Responses format has none. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_STOPS)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(STOP_LENGTH, { each: true })
  @ApiProperty({
    example: null,
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: STOP_LENGTH },
    minItems: 1,
    maxItems: MOST_STOPS,
    nullable: true,
    required: false,
  })
  stop?: string[] | null;

  /** Makes the same request more likely to be answered the same. Only the Chat Completions format has it. */
  @OptionalNumber('integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, null)
  seed?: number | null;

  /**
   * Answers are JSON of this schema, an object at the top, up to 16,384 bytes. An answer that does not fit fails its turn with
   * PROVIDER_SCHEMA_MISMATCH.
   */
  @IsOptional()
  @HasNoFault('isAnswerSchema', faultInAnswerSchema)
  @ApiPropertyOptional({
    example: null,
    type: 'object',
    additionalProperties: true,
    nullable: true,
  })
  answerSchema?: { [keyword: string]: unknown } | null;

  /** Further fields of the requests to the service. Those that the server sets itself, and secrets, are refused. */
  @IsOptional()
  @HasNoFault('isExtraBody', problemOfExtraBody)
  @ApiPropertyOptional({
    example: { service_tier: 'auto' },
    type: 'object',
    additionalProperties: true,
    nullable: true,
  })
  extraBody?: { [field: string]: unknown } | null;

  /** Whether people may attach a system message of their own to chats with the bot. */
  @OptionalFlag(true)
  isUserSystemMessageSupported?: boolean;

  /** Whether the model names a chat after its first answer, unless it has been named by hand. */
  @OptionalFlag(false)
  isTitledByModel?: boolean;
}

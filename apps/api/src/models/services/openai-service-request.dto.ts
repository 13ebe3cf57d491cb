import { MaxLength } from '@app/common';
import { MODEL_DIALECTS, type ModelDialect } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';

export const DIALECT_CHOICES = ['auto', ...MODEL_DIALECTS] as const;
export type DialectChoice = 'auto' | ModelDialect;

export const NAME_LENGTH = 200;
export const NAME_EXAMPLE = 'OpenAI';
export const ENDPOINT_EXAMPLE = 'https://api.openai.com/v1';
const ENDPOINT_LENGTH = 2000;
const KEY_LENGTH = 4000;
const MOST_CALLS = 10_000;
const LONGEST_QUEUE_SECONDS = 3600;

export class AdminCreateOpenAiServiceRequestDto {
  @IsString()
  @Matches(/\S/, { message: 'displayName must not be empty' })
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ example: NAME_EXAMPLE, maxLength: NAME_LENGTH })
  displayName: string;

  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: true, required: false, default: false })
  isActive?: boolean;

  /** An Azure resource endpoint, an `…/openai/v1` base, or the base URL of any service that speaks OpenAI's protocol. */
  @IsOptional()
  @IsString()
  @MaxLength(ENDPOINT_LENGTH)
  @ApiProperty({
    example: ENDPOINT_EXAMPLE,
    maxLength: ENDPOINT_LENGTH,
    type: 'string',
    nullable: true,
    required: false,
  })
  azureOpenAiEndpoint?: string | null;

  /** Write-only: kept encrypted, bound to the origin of the endpoint, never given back. Blanks around it are removed. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @MaxLength(KEY_LENGTH)
  @Matches(/^[\x21-\x7e]*$/, {
    message: 'azureOpenAiApiKey must consist of visible ASCII characters, without blanks or line breaks inside',
  })
  @ApiProperty({
    example: 'sk-example',
    maxLength: KEY_LENGTH,
    type: 'string',
    nullable: true,
    required: false,
    writeOnly: true,
  })
  azureOpenAiApiKey?: string | null;

  /** How requests are written; `auto` takes what the probe finds. */
  @IsOptional()
  @IsIn(DIALECT_CHOICES)
  @ApiProperty({ enum: DIALECT_CHOICES, example: 'auto', required: false })
  dialect?: DialectChoice;

  /** The model of bots that name none; empty for `OPENAI_MODEL` or the first that the service lists. */
  @IsOptional()
  @IsString()
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ example: 'example-model', maxLength: NAME_LENGTH, type: 'string', nullable: true, required: false })
  modelName?: string | null;

  /** How many calls each instance makes at once; further ones wait for a place. Null for any number. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_CALLS)
  @ApiProperty({ example: 20, type: 'integer', minimum: 1, maximum: MOST_CALLS, nullable: true, required: false })
  maxConcurrency?: number | null;

  /** How long a call waits for a place. Null for `PROVIDER_QUEUE_SECONDS`. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(LONGEST_QUEUE_SECONDS)
  @ApiProperty({
    example: 10,
    type: 'integer',
    minimum: 0,
    maximum: LONGEST_QUEUE_SECONDS,
    nullable: true,
    required: false,
  })
  queueSeconds?: number | null;
}

export class AdminUpdateOpenAiServiceRequestDto extends AdminCreateOpenAiServiceRequestDto {
  /**
   * Endpoint and key are changed only when this is true; otherwise the answer has a `Warning` header if they would have changed. Another
   * origin without a key clears the key.
   */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: false, required: false, default: false })
  isUpdateOpenAi?: boolean;
}

import { MaxLength } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { Expose, Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, IsString, MinLength } from 'class-validator';
import type { BotWithTools } from '../../../bots/index.js';
import { ASSISTANT_ID } from '../thread.dto.js';
import { assistantIdOf } from '../thread-ids.js';

const ID_LENGTH = 200;
const NAME_LENGTH = 200;
const MODEL_LENGTH = 200;
const INSTRUCTION_LENGTH = 200_000;
/** Forms send empty functions along, which count here. */
const MAX_FUNCTIONS = 1000;
const PARAMETERS = {
  type: 'object',
  properties: { name: { type: 'string', description: 'The name of the lead.' } },
  required: ['name'],
};
const OPEN_OBJECT = { type: 'object', additionalProperties: true } as const;

export class AssistantFunctionDto {
  @ApiProperty({ example: 'note_name' })
  name: string;
  @ApiProperty({ example: 'Notes the name of the lead.' })
  description: string;
  /** JSON Schema of type object. */
  @ApiProperty({ ...OPEN_OBJECT, example: PARAMETERS })
  parameters: object;
  /** The arguments are posted here; empty for a function whose arguments only become variables. */
  @ApiProperty({ example: 'https://example.com/tools/note-name' })
  url: string;
}

export class AssistantToolDto {
  @ApiProperty({ enum: ['function'] })
  type: 'function';
  function: AssistantFunctionDto;
}

const INSTRUCTION = { example: 'You answer questions about our products.', maxLength: INSTRUCTION_LENGTH };
const OPTIONAL = { required: false, nullable: true } as const;

/** `instructions`, as assistants are read, is understood as well. */
const Instruction = (): PropertyDecorator => (target, property) => {
  Expose()(target, property);
  Transform(({ value, obj }: { value: unknown; obj: Record<string, unknown> }) => value ?? obj['instructions'])(
    target,
    property,
  );
};

class AssistantRequestDto {
  /** The same as `instruction`, which comes first. */
  @IsOptional()
  @IsString()
  @MaxLength(INSTRUCTION_LENGTH)
  @ApiProperty({ ...INSTRUCTION, ...OPTIONAL, type: 'string' })
  instructions?: string;

  /** Empty for the model of the service. */
  @IsOptional()
  @IsString()
  @MaxLength(MODEL_LENGTH)
  @ApiProperty({ ...OPTIONAL, type: 'string', example: 'example-model', maxLength: MODEL_LENGTH })
  model?: string;

  /** All tools, as they shall be; those without a name are left out. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_FUNCTIONS)
  @ApiProperty({ ...OPTIONAL, type: [AssistantToolDto], maxItems: MAX_FUNCTIONS })
  tools?: unknown[];
}

export class UpdateAssistantRequestDto extends AssistantRequestDto {
  @IsString()
  @MinLength(1)
  @MaxLength(ID_LENGTH)
  @ApiProperty({ example: ASSISTANT_ID, maxLength: ID_LENGTH })
  asst_id: string;

  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ ...OPTIONAL, type: 'string', example: 'Support', maxLength: NAME_LENGTH })
  name?: string;

  @Instruction()
  @IsOptional()
  @IsString()
  @MaxLength(INSTRUCTION_LENGTH)
  @ApiProperty({ ...INSTRUCTION, ...OPTIONAL, type: 'string' })
  instruction?: string;
}

export class CreateAssistantRequestDto extends AssistantRequestDto {
  @IsString()
  @MinLength(1)
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ example: 'Support', maxLength: NAME_LENGTH })
  name: string;

  @Instruction()
  @IsString()
  @MaxLength(INSTRUCTION_LENGTH)
  @ApiProperty({ ...INSTRUCTION, selfRequired: false })
  instruction: string;
}

export class SavedAssistantDto {
  @ApiProperty({ example: ASSISTANT_ID })
  assistant_id: string;
}

export class DeletedAssistantDto {
  @ApiProperty({ example: ASSISTANT_ID })
  id: string;
  @ApiProperty({ enum: ['assistant.deleted'] })
  object: 'assistant.deleted';
  @ApiProperty({ enum: [true] })
  deleted: true;
}

export class AssistantDto {
  @ApiProperty({ example: ASSISTANT_ID })
  id: string;
  @ApiProperty({ enum: ['assistant'] })
  object: 'assistant';
  /** Seconds since 1970. */
  @ApiProperty({ type: 'integer', example: 1_795_219_200 })
  created_at: number;
  @ApiProperty({ example: 'Support' })
  name: string;
  @ApiProperty({ example: 'Answers questions about our products.' })
  description: string;
  @ApiProperty({ example: 'You answer questions about our products.' })
  instructions: string;
  /** Empty when the service chooses. */
  @ApiProperty({ example: 'example-model' })
  model: string;
  @ApiProperty({ type: [AssistantToolDto] })
  tools: AssistantToolDto[];
  @ApiProperty({ ...OPEN_OBJECT, example: {} })
  metadata: object;
  @ApiProperty({ ...OPEN_OBJECT, example: {} })
  tool_resources: object;
  @ApiProperty({ type: 'number', nullable: true, example: 1 })
  temperature: number | null;
  @ApiProperty({ type: 'number', nullable: true, example: null })
  top_p: number | null;
  @ApiProperty({ example: 'auto' })
  response_format: string;
}

export const mapAssistant = ({ bot, tools }: BotWithTools): AssistantDto => ({
  id: assistantIdOf(bot.id),
  object: 'assistant',
  created_at: Math.floor(bot.createdAt.getTime() / 1000),
  name: bot.displayName,
  description: bot.description,
  instructions: bot.baseSystemMessage,
  model: bot.modelName ?? '',
  tools: tools.map(({ name, description, parameters, url }) => ({
    type: 'function',
    // Forms list the arguments: they are there even when a function takes none.
    function: { name, description, parameters: { properties: {}, required: [], ...parameters }, url: url ?? '' },
  })),
  metadata: {},
  tool_resources: {},
  temperature: bot.parameters.temperature,
  top_p: bot.parameters.topP ?? null,
  response_format: 'auto',
});

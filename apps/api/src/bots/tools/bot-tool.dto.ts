import { MaxLength } from '@app/common';
import type { BotTool } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsInt,
  IsNotIn,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  registerDecorator,
  ValidateNested,
} from 'class-validator';
import { KEY_STATUSES, maskUrl, type KeyStatus } from '../../secrets/index.js';
import { faultInParameters } from './tool-parameters.js';

const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const DESCRIPTION_LENGTH = 4000;
const URL_LENGTH = 2000;
const HEADER_NAME_LENGTH = 100;
const HEADER_VALUE_LENGTH = 4000;
const MAX_HEADERS = 16;
const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 60_000;
export const MAX_TOOLS = 32;
export const DEFAULT_TIMEOUT_MS = 10_000;
/** The server's own tools. */
const RESERVED_NAMES = ['hand_to_human'];
/** Headers that the connection itself is made of, or that say how the body is written. */
const RESERVED_HEADERS =
  /^(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept|accept-encoding|user-agent)$/i;
const TIME = { example: '2026-03-01T12:00:00.000Z', format: 'date-time' };
const NO_PARAMETERS = { type: 'object', properties: {} };
const PARAMETERS_EXAMPLE = {
  type: 'object',
  properties: { orderNumber: { type: 'string', description: 'As printed on the invoice.' } },
  required: ['orderNumber'],
};

const Checked =
  (name: string, faultOf: (value: unknown) => string | null): PropertyDecorator =>
  (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value) => faultOf(value) === null,
        defaultMessage: (checked) => `${String(property)} ${faultOf(checked?.value) ?? 'is not valid'}`,
      },
    });

function faultInUrl(value: unknown): string | null {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    return 'must be an address like https://example.com/tools/orders';
  return url.username === '' && url.password === '' ? null : 'must not hold a user name or password';
}

const faultInHeaderName = (value: unknown): string | null =>
  typeof value === 'string' && RESERVED_HEADERS.test(value) ? 'must not be a header that the server sets itself' : null;

export class ToolHeaderDto {
  @IsString()
  @Matches(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, { message: 'name must be the name of a header' })
  @MaxLength(HEADER_NAME_LENGTH)
  @Checked('isFreeHeader', faultInHeaderName)
  @ApiProperty({ example: 'Authorization', maxLength: HEADER_NAME_LENGTH })
  name: string;

  /** Write-only: kept encrypted, bound to the origin of the address, never given back. Left out, the stored value stays. */
  @IsOptional()
  @IsString()
  @MaxLength(HEADER_VALUE_LENGTH)
  @Matches(/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/, { message: 'value must consist of visible ASCII characters' })
  @ApiProperty({ example: 'Bearer example', maxLength: HEADER_VALUE_LENGTH, required: false, writeOnly: true })
  value?: string;
}

export class AdminCreateBotToolRequestDto {
  /** How the model calls it; one tool of a bot has the name. */
  @Matches(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, {
    message: 'name must have 1 to 64 letters, digits, _ and -, and begin with a letter or _',
  })
  @IsNotIn(RESERVED_NAMES, { message: 'name must not be that of a tool of the server' })
  @ApiProperty({ example: 'find_order', maxLength: 64, pattern: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$' })
  name: string;

  /** Tells the model what the tool is for. */
  @IsOptional()
  @IsString()
  @MaxLength(DESCRIPTION_LENGTH)
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: 'Finds an order by its number.',
    maxLength: DESCRIPTION_LENGTH,
    required: false,
    default: '',
  })
  description?: string | null = '';

  /** JSON Schema of the arguments: of type object. */
  @Checked('isToolParameters', faultInParameters)
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: PARAMETERS_EXAMPLE,
    selfRequired: false,
    default: NO_PARAMETERS,
  })
  parameters: Record<string, unknown> = NO_PARAMETERS;

  /**
   * The arguments are posted here as JSON. A tool without an address only puts its arguments among the variables of the chat. Secrets in
   * the address are given back as `********`; sending that keeps what is stored while the origin stays.
   */
  @IsOptional()
  @MaxLength(URL_LENGTH)
  @Checked('isToolUrl', faultInUrl)
  @ApiProperty({
    type: 'string',
    nullable: true,
    example: 'https://example.com/tools/orders',
    maxLength: URL_LENGTH,
    required: false,
    default: null,
  })
  url: string | null = null;

  /** Sent along with every call. Without this field the stored ones stay while the origin of the address does. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_HEADERS)
  @ArrayUnique((header: ToolHeaderDto | null) => String(header?.name).toLowerCase(), {
    message: 'secretHeaders must name each header once',
  })
  @ValidateNested({ each: true })
  @Type(() => ToolHeaderDto)
  @ApiProperty({ type: [ToolHeaderDto], nullable: true, maxItems: MAX_HEADERS, required: false })
  secretHeaders?: ToolHeaderDto[] | null;

  /** How long a call may take. */
  @IsOptional()
  @IsInt()
  @Min(MIN_TIMEOUT_MS)
  @Max(MAX_TIMEOUT_MS)
  @ApiProperty({
    type: 'integer',
    example: DEFAULT_TIMEOUT_MS,
    minimum: MIN_TIMEOUT_MS,
    maximum: MAX_TIMEOUT_MS,
    required: false,
    default: DEFAULT_TIMEOUT_MS,
  })
  timeoutMs?: number;

  /** Whether the model is offered the tool. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: true, required: false, default: true })
  isActive?: boolean;
}

export class AdminUpdateBotToolRequestDto extends AdminCreateBotToolRequestDto {}

/** All tools of a bot, as they shall be. */
export class BotToolSetDto {
  @IsArray()
  @ArrayMaxSize(MAX_TOOLS)
  @ArrayUnique((tool: AdminCreateBotToolRequestDto | null) => tool?.name, {
    message: 'tools must have different names',
  })
  @ValidateNested({ each: true })
  @Type(() => AdminCreateBotToolRequestDto)
  tools: AdminCreateBotToolRequestDto[];
}

export class AdminCreateBotToolResponseDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botToolId: string;
}

export class StoredToolHeaderDto {
  @ApiProperty({ example: 'Authorization' })
  name: string;

  /** False when the value was stored with another encryption key: it has to be entered again. */
  @ApiProperty({ example: true })
  isReadable: boolean;
}

export class AdminBotToolDto {
  @ApiProperty({ example: ID_EXAMPLE })
  botToolId: string;

  @ApiProperty({ example: 'find_order' })
  name: string;

  @ApiProperty({ example: 'Finds an order by its number.' })
  description: string;

  @ApiProperty({ type: 'object', additionalProperties: true, example: PARAMETERS_EXAMPLE })
  parameters: Record<string, unknown>;

  @ApiProperty({ type: 'string', nullable: true, example: 'https://example.com/tools/orders' })
  url: string | null;

  @ApiProperty({ type: [StoredToolHeaderDto] })
  secretHeaders: StoredToolHeaderDto[];

  /** Of the secrets in headers and address: `missing` when there are none, `undecryptable` when one has to be entered again. */
  @ApiProperty({ enum: KEY_STATUSES, example: 'ok' })
  keyStatus: KeyStatus;

  @ApiProperty({ type: 'integer', example: DEFAULT_TIMEOUT_MS })
  timeoutMs: number;

  @ApiProperty({ example: true })
  isActive: boolean;

  @ApiProperty(TIME)
  createdUtc: Date;

  @ApiProperty(TIME)
  updatedUtc: Date;
}

export class AdminGetBotToolsResponseDto {
  /** In the order they were made. */
  @ApiProperty({ type: [AdminBotToolDto] })
  tools: AdminBotToolDto[];
}

export const mapTool = (
  tool: BotTool,
  keyStatus: KeyStatus,
  isReadable: (header: string) => boolean,
): AdminBotToolDto => ({
  botToolId: tool.id,
  name: tool.name,
  description: tool.description,
  parameters: tool.parameters,
  url: tool.url === null ? null : maskUrl(tool.url),
  secretHeaders: tool.secretHeaders.map(({ name }) => ({ name, isReadable: isReadable(name) })),
  keyStatus,
  timeoutMs: tool.timeoutMs,
  isActive: tool.isActive,
  createdUtc: tool.createdAt,
  updatedUtc: tool.updatedAt,
});

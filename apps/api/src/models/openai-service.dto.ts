import { PagingResultOf } from '@app/common';
import { MODEL_DIALECTS } from '@app/contracts';
import type { OpenAiService, Price, StoredHealth } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

const NAME_LENGTH = 200;
const ENDPOINT_LENGTH = 2000;
const KEY_LENGTH = 4000;
const MAX_PRICES = 1000;
const MAX_NANO_PER_TOKEN = 1_000_000_000;
const NAME_EXAMPLE = 'OpenAI';
const ENDPOINT_EXAMPLE = 'https://api.openai.com/v1';

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

  /** Write-only: kept encrypted, bound to the origin of the endpoint, never given back. */
  @IsOptional()
  @IsString()
  @MaxLength(KEY_LENGTH)
  @Matches(/^[\x21-\x7e]*$/, { message: 'azureOpenAiApiKey must consist of visible ASCII characters' })
  @ApiProperty({
    example: 'sk-example',
    maxLength: KEY_LENGTH,
    type: 'string',
    nullable: true,
    required: false,
    writeOnly: true,
  })
  azureOpenAiApiKey?: string | null;
}

export class AdminUpdateOpenAiServiceRequestDto extends AdminCreateOpenAiServiceRequestDto {
  /** Endpoint and key are changed only when this is true. Another origin without a key clears the key. */
  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: false, required: false, default: false })
  isUpdateOpenAi?: boolean;
}

export class AdminGetOpenAiServicesResponseItemDto {
  @ApiProperty({ example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  id: string;

  @ApiProperty({ example: NAME_EXAMPLE })
  displayName: string;

  @ApiProperty({ example: true })
  isActive: boolean;
}

export class AdminGetOpenAiServicesResponseItemDtoPagingResult extends PagingResultOf(
  AdminGetOpenAiServicesResponseItemDto,
) {}

export class AdminGetOpenAiServiceResponseDto {
  @ApiProperty({ example: NAME_EXAMPLE })
  displayName: string;

  @ApiProperty({ example: true })
  isActive: boolean;

  /** Whether an endpoint and a readable key are stored. */
  @ApiProperty({ example: true })
  isAzureOpenAiSet: boolean;

  @ApiProperty({ example: ENDPOINT_EXAMPLE })
  azureOpenAiEndpoint: string;
}

export class ServiceProblemDto {
  @ApiProperty({ example: 'PROVIDER_AUTH_FAILED' })
  code: string;

  @ApiProperty({ example: 'The model service refused our credentials.' })
  detail: string;
}

export class ServiceCapabilitiesDto {
  @ApiProperty({ example: true })
  streaming: boolean;

  /** Whether a streamed answer ends with its token usage. */
  @ApiProperty({ example: true })
  streamingUsage: boolean;

  @ApiProperty({ example: true })
  tools: boolean;

  @ApiProperty({ example: true })
  jsonSchema: boolean;

  @ApiProperty({ example: false })
  images: boolean;
}

/** What a probe found out. */
export class ServiceHealthDto {
  @ApiProperty({ example: '2026-03-01T12:00:00.000Z', format: 'date-time' })
  checkedAt: string;

  @ApiProperty({ example: true })
  reachable: boolean;

  /** Milliseconds of a minimal call. */
  @ApiProperty({ example: 210, type: 'integer', nullable: true })
  latencyMs: number | null;

  /** Which dialect is spoken to the service. */
  @ApiProperty({ enum: MODEL_DIALECTS, example: 'responses' })
  dialect: OpenAiService['dialect'];

  @ApiProperty({ type: ServiceCapabilitiesDto, nullable: true })
  capabilities: ServiceCapabilitiesDto | null;

  @ApiProperty({ type: ServiceProblemDto, nullable: true })
  problem: ServiceProblemDto | null;
}

export class ServiceModelDto {
  @ApiProperty({ example: 'example-model' })
  id: string;

  /** When the service stops serving the model, if it says so. */
  @ApiProperty({ example: '2027-01-31', type: 'string', nullable: true })
  shutdownDate: string | null;
}

export class ServiceModelsDto {
  @ApiProperty({ type: [ServiceModelDto] })
  models: ServiceModelDto[];
}

const Nano = (): PropertyDecorator => (target, key) => {
  IsInt()(target, key);
  Min(0)(target, key);
  Max(MAX_NANO_PER_TOKEN)(target, key);
};

/** What a model costs, in nano-dollars per token: 2.50 dollars for a million tokens are 2,500. */
export class ModelPriceDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ example: 'example-model', maxLength: NAME_LENGTH })
  model: string;

  @Nano()
  @ApiProperty({ example: 250, type: 'integer', minimum: 0, maximum: MAX_NANO_PER_TOKEN })
  inputNano: number;

  @Nano()
  @ApiProperty({ example: 25, type: 'integer', minimum: 0, maximum: MAX_NANO_PER_TOKEN })
  cachedNano: number;

  @Nano()
  @ApiProperty({ example: 2000, type: 'integer', minimum: 0, maximum: MAX_NANO_PER_TOKEN })
  outputNano: number;
}

export class ModelPricesDto {
  @IsArray()
  @ArrayMaxSize(MAX_PRICES)
  @ArrayUnique((price: ModelPriceDto | null) => price?.model, { message: 'prices must name each model once' })
  @ValidateNested({ each: true })
  @Type(() => ModelPriceDto)
  @ApiProperty({ type: [ModelPriceDto], maxItems: MAX_PRICES })
  prices: ModelPriceDto[];
}

export const mapServiceItem = ({
  id,
  displayName,
  isActive,
}: OpenAiService): AdminGetOpenAiServicesResponseItemDto => ({
  id,
  displayName,
  isActive,
});

export const mapHealth = (
  health: StoredHealth,
  { dialect, capabilities }: Pick<OpenAiService, 'dialect' | 'capabilities'>,
): ServiceHealthDto => ({ ...health, dialect, capabilities: capabilities && mapCapabilities(capabilities) });

const mapCapabilities = ({ streaming, streamingUsage, tools, jsonSchema, images }: ServiceCapabilitiesDto) => ({
  streaming,
  streamingUsage,
  tools,
  jsonSchema,
  images,
});

export const mapPrices = (prices: Price[]): ModelPricesDto => ({
  prices: prices.map(({ model, inputNano, cachedNano, outputNano }) => ({ model, inputNano, cachedNano, outputNano })),
});

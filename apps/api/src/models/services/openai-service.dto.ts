import { MaxLength, PagingResultOf } from '@app/common';
import { MODEL_DIALECTS } from '@app/contracts';
import type { OpenAiService, StoredHealth } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsNotEmpty,
  IsNumber,
  IsString,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { modelOf } from './new-service.js';
import {
  DIALECT_CHOICES,
  ENDPOINT_EXAMPLE,
  NAME_EXAMPLE,
  NAME_LENGTH,
  type DialectChoice,
} from './openai-service-request.dto.js';
import { ModelShutdownDto } from '../shutdowns/model-shutdown.dto.js';
import { ServiceMatrixDto } from '../probes/service-matrix.dto.js';
import { KEY_STATUSES, type KeyStatus } from '../../secrets/index.js';
import { ServiceAvailabilityDto } from '../health/service-availability.dto.js';

const MAX_PRICES = 1000;
const MAX_NANO_PER_TOKEN = 1_000_000_000;

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

/** The outcome of a probe that was just held, and what is known of the service after it. */
export class ServiceProbeDto extends ServiceHealthDto {
  @ApiProperty({ type: ServiceMatrixDto })
  matrix: ServiceMatrixDto;
}

/** What the catalogue's own answers have no room for. */
export class ServiceStatusDto {
  /** Whether bots that name no service answer through this one. */
  @ApiProperty({ example: true })
  isDefault: boolean;

  /** Whether this is the demo, which answers without a model. */
  @ApiProperty({ example: false })
  isDemo: boolean;

  /** The administrator's choice; `auto` leaves it to the probe, and `health` tells which dialect is spoken. */
  @ApiProperty({ enum: DIALECT_CHOICES, example: 'auto' })
  dialect: DialectChoice;

  /** For bots that name no model: the administrator's choice, `OPENAI_MODEL`, or the first that the service lists. */
  @ApiProperty({ example: 'example-model', type: 'string', nullable: true })
  modelName: string | null;

  /** `undecryptable`: the key was stored with another encryption key, and has to be entered again. */
  @ApiProperty({ enum: KEY_STATUSES, example: 'ok' })
  keyStatus: KeyStatus;

  /** Null until the first probe has ended. */
  @ApiProperty({ type: ServiceHealthDto, nullable: true })
  health: ServiceHealthDto | null;

  /** What the service can do, line by line. Null until the first probe has ended. */
  @ApiProperty({ type: ServiceMatrixDto, nullable: true })
  matrix: ServiceMatrixDto | null;

  /** How well the service works now. */
  @ApiProperty({ type: ServiceAvailabilityDto })
  availability: ServiceAvailabilityDto;

  /** How many calls each instance makes at once; null for any number. */
  @ApiProperty({ example: 20, type: 'integer', nullable: true })
  maxConcurrency: number | null;

  /** How long a call waits for a place; null for `PROVIDER_QUEUE_SECONDS`. */
  @ApiProperty({ example: 10, type: 'integer', nullable: true })
  queueSeconds: number | null;

  /** The models in use that end within 90 days, or have ended. */
  @ApiProperty({ type: [ModelShutdownDto] })
  shutdowns: ModelShutdownDto[];
}

export class ServiceModelDto {
  @ApiProperty({ example: 'example-model' })
  id: string;

  /** When the service stops serving the model, if it says so or its shutdown has been announced. */
  @ApiProperty({ example: '2027-01-31', type: 'string', nullable: true })
  shutdownDate: string | null;

  /** The model that the service recommends instead, if it names one. */
  @ApiProperty({ example: null, type: 'string', nullable: true })
  replacedBy: string | null;

  /** The longest conversation, in tokens of the model, if the service tells. */
  @ApiProperty({ example: 400000, type: 'integer', nullable: true })
  contextTokens: number | null;
}

export class ServiceModelsDto {
  @ApiProperty({ type: [ServiceModelDto] })
  models: ServiceModelDto[];
}

const Nano = (): PropertyDecorator => (target, key) => {
  IsNumber({ maxDecimalPlaces: 6 })(target, key);
  Min(0)(target, key);
  Max(MAX_NANO_PER_TOKEN)(target, key);
};

/** What a model costs, in nano-dollars per token, with at most six decimals: 2.50 dollars for a million tokens are 2,500. */
export class ModelPriceDto {
  @IsString()
  @IsNotEmpty()
  @MaxLength(NAME_LENGTH)
  @ApiProperty({ example: 'example-model', maxLength: NAME_LENGTH })
  model: string;

  @Nano()
  @ApiProperty({ example: 250, type: 'number', minimum: 0, maximum: MAX_NANO_PER_TOKEN })
  inputNano: number;

  @Nano()
  @ApiProperty({ example: 25, type: 'number', minimum: 0, maximum: MAX_NANO_PER_TOKEN })
  cachedNano: number;

  @Nano()
  @ApiProperty({ example: 2000, type: 'number', minimum: 0, maximum: MAX_NANO_PER_TOKEN })
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

export const mapStatus = (
  service: OpenAiService,
  {
    isDefault,
    keyStatus,
    matrix,
    availability,
    shutdowns,
  }: Pick<ServiceStatusDto, 'isDefault' | 'keyStatus' | 'matrix' | 'availability' | 'shutdowns'>,
): ServiceStatusDto => ({
  isDefault,
  isDemo: service.isDemo,
  dialect: service.chosenDialect ?? 'auto',
  modelName: modelOf(service),
  keyStatus,
  health: service.health && mapHealth(service.health, service),
  matrix,
  availability,
  maxConcurrency: service.maxConcurrency,
  queueSeconds: service.queueSeconds,
  shutdowns,
});

/** @param tokens for how many the given prices are */
export const mapPrices = (prices: readonly ModelPriceDto[], tokens: number): ModelPricesDto => ({
  prices: prices.map(({ model, inputNano, cachedNano, outputNano }) => ({
    model,
    inputNano: inputNano / tokens,
    cachedNano: cachedNano / tokens,
    outputNano: outputNano / tokens,
  })),
});

import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { OptionalFlag, OptionalText } from '../profile/optional.decorators.js';

const URL_EXAMPLE = 'https://example.search.windows.net/';
const MAX_RESULTS = 10_000;
const MAX_CHARACTERS = 100_000_000;

const Count =
  (max: number, example: number): PropertyDecorator =>
  (target, key) => {
    IsOptional()(target, key);
    IsInt()(target, key);
    Min(0)(target, key);
    Max(max)(target, key);
    ApiProperty({
      example,
      type: 'integer',
      format: 'int32',
      minimum: 0,
      maximum: max,
      nullable: true,
      required: false,
    })(target, key);
  };

class SearchBotConfigurationRequestDto {
  /** The connection string is changed only when this is true. */
  @OptionalFlag(false)
  isUpdateBlobClient?: boolean;

  /** Write-only. Empty removes it. */
  @OptionalText(4000, 'DefaultEndpointsProtocol=https;AccountName=example;AccountKey=…', { writeOnly: true })
  blobClientConnectionString?: string | null;

  /** Endpoint and credential of the search are changed only when this is true. */
  @OptionalFlag(false)
  isUpdateSearchClient?: boolean;

  /** Empty removes endpoint and credential. */
  @OptionalText(2000, URL_EXAMPLE)
  searchClientEndpoint?: string | null;

  /** Write-only. Without one the stored one stays, unless the endpoint's origin changes. */
  @OptionalText(4000, '…', { writeOnly: true })
  searchClientCredential?: string | null;

  @OptionalText(200, 'documents')
  indexName?: string | null;

  @OptionalText(200, 'default')
  semanticSearchConfigurationName?: string | null;

  @Count(MAX_RESULTS, 5)
  maxResults?: number | null;
}

export class AdminUpdateAcsBotConfigurationRequestDto extends SearchBotConfigurationRequestDto {
  @OptionalText(4000, 'title,content')
  indexFields?: string | null;

  @OptionalFlag(false)
  useSemanticSearch?: boolean;

  @Count(MAX_CHARACTERS, 8000)
  maxCharsTotal?: number | null;
}

export class AdminUpdateAzureOpenAISearchBotConfigurationRequestDto extends SearchBotConfigurationRequestDto {
  @OptionalText(200, 'text-embedding-3-small')
  embeddingModelName?: string | null;

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(2)
  @ApiProperty({
    example: 0.2,
    type: 'number',
    format: 'float',
    minimum: 0,
    maximum: 2,
    nullable: true,
    required: false,
  })
  temperature?: number | null;

  @OptionalText(4000, "language eq 'en'")
  searchFilter?: string | null;

  @Count(5, 3)
  searchStrictness?: number | null;

  @IsOptional()
  @IsBoolean()
  @ApiProperty({ example: true, type: 'boolean', nullable: true, required: false })
  searchShouldRestrictResultScope?: boolean | null;
}

class SearchBotConfigurationDto {
  @ApiProperty({ example: true })
  isBlobServiceClientSet: boolean;

  /** The account's address out of the connection string; never its key. */
  @ApiProperty({ example: 'https://example.blob.core.windows.net/' })
  blobServiceClientDisplayUri: string;

  @ApiProperty({ example: true })
  isSearchClientSet: boolean;

  @ApiProperty({ example: URL_EXAMPLE })
  searchClientEndpoint: string;

  @ApiProperty({ example: 'documents' })
  indexName: string;

  @ApiProperty({ example: 'default' })
  semanticSearchConfigurationName: string;

  @ApiProperty({ example: 5, type: 'integer', format: 'int32', nullable: true })
  maxResults: number | null;
}

export class AdminGetAcsBotConfigurationResponseDto extends SearchBotConfigurationDto {
  @ApiProperty({ example: 'title,content' })
  indexFields: string;

  @ApiProperty({ example: false })
  useSemanticSearch: boolean;

  @ApiProperty({ example: 8000, type: 'integer', format: 'int32', nullable: true })
  maxCharsTotal: number | null;
}

export class AdminGetAzureOpenAISearchBotConfigurationResponseDto extends SearchBotConfigurationDto {
  @ApiProperty({ example: 'text-embedding-3-small' })
  embeddingModelName: string;

  @ApiProperty({ example: 0.2, type: 'number', format: 'float', nullable: true })
  temperature: number | null;

  @ApiProperty({ example: "language eq 'en'" })
  searchFilter: string;

  @ApiProperty({ example: 3, type: 'integer', format: 'int32', nullable: true })
  searchStrictness: number | null;

  @ApiProperty({ example: true, type: 'boolean', nullable: true })
  searchShouldRestrictResultScope: boolean | null;
}

export class AdminUpdateBotConfigurationRequestDto {
  /**
   * Any text. What the name of a JSON member calls a secret (a key, token, password, signature, connection string and the like), and
   * what looks like one, is write-only: it is given back as `********`, and sending that keeps what is stored.
   */
  @OptionalText(100_000, '{"index":"documents","apiKey":"…"}')
  configurationRaw?: string | null;
}

export class AdminGetBotConfigurationResponseDto {
  @ApiProperty({ example: '{"index":"documents","apiKey":"********"}' })
  configurationRaw: string;
}

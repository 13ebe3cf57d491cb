import { MaxLength } from '@app/common';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  ValidateNested,
} from 'class-validator';

const MOST_FIELDS = 16;
const NAME_LENGTH = 100;
const VALUE_LENGTH = 4000;
/** What the connection itself is made of, and how the body is written. */
const RESERVED =
  /^(?!(host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept|accept-.*|user-agent)$)/i;
const VISIBLE = { message: '$property must consist of visible ASCII characters' };

const Id = (example: string) =>
  applyDecorators(
    IsString(),
    Matches(/^[\w.-]{1,100}$/, { message: '$property must have letters, digits, dots and dashes, at most 100' }),
    ApiProperty({ example, maxLength: 100 }),
  );

/** A header or a parameter of the address. A value that is a secret by its name or its form is kept encrypted and shown as `********`. */
class ConnectionFieldDto {
  /** Left out, or as it was shown, the stored value stays while the endpoint has the same origin. */
  @IsOptional()
  @IsString()
  @MaxLength(VALUE_LENGTH)
  @Matches(/^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$/, VISIBLE)
  @ApiProperty({ example: 'https://shop.example', maxLength: VALUE_LENGTH, required: false })
  value?: string;
}

export class ConnectionHeaderDto extends ConnectionFieldDto {
  @IsString()
  @MaxLength(NAME_LENGTH)
  @Matches(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, { message: 'name must be the name of a header' })
  @Matches(RESERVED, { message: 'name must not be a header that the server sets itself' })
  @ApiProperty({ example: 'HTTP-Referer', maxLength: NAME_LENGTH })
  name: string;
}

export class ConnectionParameterDto extends ConnectionFieldDto {
  @IsString()
  @MaxLength(NAME_LENGTH)
  @Matches(/^[\w.[\]-]+$/, { message: 'name must be the name of a parameter' })
  @ApiProperty({ example: 'team', maxLength: NAME_LENGTH })
  name: string;
}

const Fields = (type: () => typeof ConnectionHeaderDto | typeof ConnectionParameterDto) =>
  applyDecorators(
    IsOptional(),
    IsArray(),
    ArrayMaxSize(MOST_FIELDS),
    ArrayUnique(
      (field: { name?: unknown } | null) => (typeof field?.name === 'string' ? field.name.toLowerCase() : field),
      {
        message: '$property must name each one once',
      },
    ),
    ValidateNested({ each: true }),
    Type(type),
    ApiProperty({ type: [type()], maxItems: MOST_FIELDS, nullable: true, required: false }),
  );

/** An application of Microsoft Entra that gets tokens by client credentials. */
class EntraDto {
  @Id('0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e')
  tenantId: string;

  @Id('0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6f')
  clientId: string;
}

export class EntraRequestDto extends EntraDto {
  /** Write-only: kept encrypted, never given back. Left out, the stored one stays while login service and endpoint have the same origin. */
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  @Matches(/^[\x21-\x7e]+$/, VISIBLE)
  @ApiProperty({ example: 'secret-of-the-application', maxLength: 1000, required: false, writeOnly: true })
  clientSecret?: string;

  /** The login service; without it, that of the endpoint's cloud. */
  @IsOptional()
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true, disallow_auth: true })
  @MaxLength(200)
  @ApiProperty({
    example: 'https://login.microsoftonline.com',
    maxLength: 200,
    type: 'string',
    nullable: true,
    required: false,
  })
  loginUrl?: string | null;

  /** What the tokens are for; without it, the model services of the endpoint's cloud. */
  @IsOptional()
  @IsString()
  @Matches(/^[\x21-\x7e]{1,300}$/, VISIBLE)
  @ApiProperty({
    example: 'https://cognitiveservices.azure.com/.default',
    maxLength: 300,
    type: 'string',
    nullable: true,
    required: false,
  })
  scope?: string | null;
}

export class EntraResponseDto extends EntraDto {
  /** Whether a secret is stored that can be read. */
  @ApiProperty({ example: true })
  isClientSecretSet: boolean;

  @ApiProperty({ example: 'https://login.microsoftonline.com' })
  loginUrl: string;

  @ApiProperty({ example: 'https://cognitiveservices.azure.com/.default' })
  scope: string;
}

/** What is not sent stays as it is; null, and an empty list, remove it. */
export class UpdateServiceConnectionRequestDto {
  /** Sent with every request, also in place of our own `Authorization`. OpenRouter and other gateways want some. */
  @Fields(() => ConnectionHeaderDto)
  headers?: ConnectionHeaderDto[] | null;

  /** Added to every address. */
  @Fields(() => ConnectionParameterDto)
  query?: ConnectionParameterDto[] | null;

  /** Its tokens are shown to the service in place of a key. */
  @IsOptional()
  @ValidateNested()
  @Type(() => EntraRequestDto)
  @ApiProperty({ type: EntraRequestDto, nullable: true, required: false })
  entra?: EntraRequestDto | null;
}

export class ShownFieldDto {
  @ApiProperty({ example: 'HTTP-Referer' })
  name: string;

  /** `********` for a secret. */
  @ApiProperty({ example: 'https://shop.example' })
  value: string;
}

export class ServiceConnectionDto {
  @ApiProperty({ type: [ShownFieldDto] })
  headers: ShownFieldDto[];

  @ApiProperty({ type: [ShownFieldDto] })
  query: ShownFieldDto[];

  @ApiProperty({ type: EntraResponseDto, nullable: true })
  entra: EntraResponseDto | null;
}

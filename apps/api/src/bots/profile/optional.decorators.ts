import { MaxLength } from '@app/common';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString } from 'class-validator';

/** A text that need not be given. */
export const OptionalText = (
  maxLength: number,
  example: string,
  documented: { writeOnly?: true } = {},
): PropertyDecorator =>
  applyDecorators(
    IsOptional(),
    IsString(),
    MaxLength(maxLength),
    ApiProperty({ example, maxLength, type: 'string', nullable: true, required: false, ...documented }),
  );

/** A switch that need not be given. */
export const OptionalFlag = (example: boolean): PropertyDecorator =>
  applyDecorators(IsOptional(), IsBoolean(), ApiProperty({ example, required: false }));

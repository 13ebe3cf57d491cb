import { MaxLength } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';

/** A message that every user sees. */
export class SystemMessageDto {
  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  @ApiProperty({ type: 'string', example: 'Maintenance tonight from 10 pm.', maxLength: 10_000, nullable: true })
  value?: string | null;
}

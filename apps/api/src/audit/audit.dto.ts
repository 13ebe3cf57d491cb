import { PagingResultOf } from '@app/common';
import type { AuditEntry } from '@app/database';
import { ApiProperty } from '@nestjs/swagger';

const ID = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';

export class GetAuditResponseItemDto {
  @ApiProperty({ example: ID })
  id: string;
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T09:00:00.000Z' })
  createdUtc: string;
  /** Kind and id of who acted. */
  @ApiProperty({ example: 'user:7' })
  actor: string;
  @ApiProperty({ example: 'bot.updated' })
  action: string;
  /** Kind and id of what was acted upon. */
  @ApiProperty({ example: `bot:${ID}` })
  target: string;
  /** More about it, by action: names of fields that were sent, ids, states; never their values. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: { login: 'ada', fields: ['displayNameTv'] } })
  data: Record<string, unknown>;
}

export class GetAuditResponseItemDtoPagingResult extends PagingResultOf(GetAuditResponseItemDto) {}

export const mapAuditEntry = ({ createdAt, ...entry }: AuditEntry): GetAuditResponseItemDto => ({
  ...entry,
  createdUtc: createdAt.toISOString(),
});

import { ERROR_CODES, type ErrorCode } from '@app/contracts';
import { ApiProperty } from '@nestjs/swagger';

export class FieldProblemDto {
  /** A dotted path into the body, or the name of a parameter. */
  @ApiProperty({ example: 'userMessage' })
  path: string;

  @ApiProperty({ example: 'userMessage must be a string' })
  message: string;
}

/** RFC 9457 problem details: how every error looks. */
export class ProblemDto {
  @ApiProperty({ example: 'about:blank' })
  type: string;

  @ApiProperty({ example: 'Not found' })
  title: string;

  @ApiProperty({ example: 404, type: 'integer' })
  status: number;

  @ApiProperty({ example: 'The chat was not found.' })
  detail: string;

  /** Stable: made for programs. */
  @ApiProperty({ enum: ERROR_CODES, enumName: 'ErrorCode', example: 'NOT_FOUND' })
  code: ErrorCode;

  /** Also in the `X-Request-Id` header and in the log. */
  @ApiProperty({ type: 'string', nullable: true, example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' })
  requestId: string | null;

  /** The trace that the request belongs to, where the server collects traces. */
  @ApiProperty({ required: false, pattern: '^[0-9a-f]{32}$', example: '4bf92f3577b34da6a3ce929d0e0e4736' })
  traceId?: string;

  @ApiProperty({ type: [FieldProblemDto], required: false })
  errors?: FieldProblemDto[];
}

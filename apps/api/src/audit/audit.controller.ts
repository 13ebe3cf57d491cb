import { Access, ApiProblems, PagingQuery } from '@app/common';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { GetAuditResponseItemDtoPagingResult } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@ApiTags('Admin')
@Controller('api/admin/audit')
@Access('admin')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /**
   * Lists who did what in administration and takeover, the newest first. Searches actors, actions and targets. Order by `createdUtc`,
   * `actor`, `action` or `target`.
   */
  @Get()
  @ApiOkResponse({ type: GetAuditResponseItemDtoPagingResult })
  @ApiProblems(400)
  getAudit(@Query() query: PagingQuery): Promise<GetAuditResponseItemDtoPagingResult> {
    return this.audit.list(query);
  }
}

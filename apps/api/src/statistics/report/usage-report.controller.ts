import { Access, ApiProblems, CallerLanguage, type Language } from '@app/common';
import { Controller, Get, Header, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { GetUsageReportResponseItemDtoPagingResult, UsageReportQuery } from './usage-report.dto.js';
import { UsageReportService } from './usage-report.service.js';

const EXAMPLE = 'day,hour,botId,…\r\n2026-01-15,,,…\r\n';

@ApiTags('Statistic')
@Controller('api/statistic')
@Access('admin')
export class UsageReportController {
  constructor(private readonly report: UsageReportService) {}

  /**
   * Lists what was used, grouped as asked for. Requests, tokens, costs, latencies and failures, by any of day, hour, bot, user, model,
   * service, channel and kind, are read from the ledger itself. At most 92 days (UTC); without dates, the last 31.
   */
  @Get('usage')
  @ApiOkResponse({ type: GetUsageReportResponseItemDtoPagingResult })
  @ApiProblems(400)
  getUsageReport(
    @Query() query: UsageReportQuery,
    @CallerLanguage() language: Language,
  ): Promise<GetUsageReportResponseItemDtoPagingResult> {
    return this.report.list(query, language);
  }

  /** Returns what was used as a CSV file. It is the whole report (RFC 4180, UTF-8): page number and page size are ignored. */
  @Get('usage.csv')
  @Header('Content-Type', 'text/csv; charset=utf-8')
  @Header('Content-Disposition', 'attachment; filename="usage.csv"')
  @Header('Cache-Control', 'private, no-store')
  @ApiOkResponse({ content: { 'text/csv': { schema: { type: 'string' }, example: EXAMPLE } } })
  @ApiProblems(400)
  async getUsageReportFile(
    @Query() query: UsageReportQuery,
    @CallerLanguage() language: Language,
  ): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(await this.report.write(query, language)), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="usage.csv"',
    });
  }
}

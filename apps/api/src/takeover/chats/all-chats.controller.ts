import { Access, ApiProblems, Caller, type Principal } from '@app/common';
import { Controller, Get, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { AllChatsDto, AllChatsFilter, AllChatsQuery } from './all-chats.dto.js';
import { AllChatsService } from './all-chats.service.js';
import { writeCsv, writeJsonl } from './export-formats.js';

const LINES = { type: 'string' } as const;

@ApiTags('Takeover')
@Controller('api/takeover/chats')
@Access('agent')
export class AllChatsController {
  constructor(private readonly chats: AllChatsService) {}

  /** Lists chats of all bots by filters, the newest activity first. Go on with `nextCursor` until it is null. */
  @Get()
  @ApiOkResponse({ type: AllChatsDto })
  @ApiProblems(400)
  getAllChats(@Caller() caller: Principal, @Query() query: AllChatsQuery): Promise<AllChatsDto> {
    return this.chats.list(caller, query);
  }

  /** Returns every chat that the filters keep, one JSON object a line, as it is read. The export is written to the audit log. */
  @Get('export.jsonl')
  @ApiOkResponse({ content: { 'application/jsonl': { schema: LINES, example: '{"chatId":"0199aa0e-…"}\n' } } })
  @ApiProblems(400)
  async exportChatsAsJsonl(@Caller() caller: Principal, @Query() filter: AllChatsFilter): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(writeJsonl(await this.chats.export(caller, filter))), {
      type: 'application/jsonl; charset=utf-8',
      disposition: 'attachment; filename="chats.jsonl"',
    });
  }

  /** Returns the same as a CSV file (RFC 4180, UTF-8). Cells that spreadsheets would execute begin with an apostrophe. */
  @Get('export.csv')
  @ApiOkResponse({ content: { 'text/csv': { schema: LINES, example: 'chatId,title,…\r\n' } } })
  @ApiProblems(400)
  async exportChatsAsCsv(@Caller() caller: Principal, @Query() filter: AllChatsFilter): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(writeCsv(await this.chats.export(caller, filter))), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="chats.csv"',
    });
  }
}

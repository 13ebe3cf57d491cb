import {
  Access,
  AppError,
  FlagQuery,
  FormBody,
  IdPipe,
  MaxLength,
  PagingQuery,
  ParseFlagPipe,
  RawBody,
} from '@app/common';
import { Body, Controller, Get, Header, HttpCode, Param, Post, Put, Query, StreamableFile } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { Readable } from 'node:stream';

class PartDto {
  @IsInt()
  size: number;
}

class EchoDto {
  @IsString()
  @MaxLength(20)
  text: string;

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => PartDto)
  parts?: PartDto[];

  @IsOptional()
  @ValidateNested()
  @Type(() => PartDto)
  part?: PartDto;
}

class ProbeQuery extends PagingQuery {
  @FlagQuery()
  OnlyFavorites: boolean = false;
}

/** Handlers that do nothing of their own, to see what the platform makes of requests and results. */
@Controller('api/Probe')
@Access('anonymous')
export class ProbeController {
  calls = 0;
  /** Every call of `count` waits for it. */
  gate: Promise<void> = Promise.resolve();

  @Post('echo')
  @HttpCode(200)
  echo(@Body() body: EchoDto): EchoDto {
    return body;
  }

  @Post('no-body')
  @HttpCode(200)
  withoutBody(): void {}

  @Put('raw')
  @RawBody(1000, 'image/*')
  raw(@Body() bytes: Buffer | undefined): { size: number; isBuffer: boolean } {
    return { size: bytes?.length ?? 0, isBuffer: Buffer.isBuffer(bytes) };
  }

  @Post('form')
  @HttpCode(200)
  @FormBody()
  form(@Body() form: Record<string, string>): Record<string, string> {
    return form;
  }

  @Get('list')
  list(@Query() query: ProbeQuery): ProbeQuery {
    return query;
  }

  @Get('flag/:flag')
  flag(@Param('flag', ParseFlagPipe) flag: boolean): boolean {
    return flag;
  }

  @Get('items/:id')
  item(@Param('id', IdPipe('The item')) id: string): string {
    return id;
  }

  @Get('files/*')
  file(@Param('*') path: unknown): string {
    return String(path);
  }

  @Get('null')
  null(): null {
    return null;
  }

  @Get('bytes')
  bytes(): StreamableFile {
    return new StreamableFile(Buffer.from([0, 1, 255]), { type: 'image/png' });
  }

  @Get('html')
  @Header('Content-Type', 'text/html; charset=utf-8')
  html(): string {
    return '<p>';
  }

  @Get('stream')
  @Header('Content-Type', 'text/event-stream')
  stream(): StreamableFile {
    return new StreamableFile(Readable.from(['data: 1\n\n', 'data: 2\n\n']));
  }

  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    if (how === 'app') throw new AppError('BOTS_STOPPED', { detail: 'Not now.', retryAfterSeconds: 2.2 });
    throw new Error('password=hunter2');
  }

  @Post('count')
  @HttpCode(200)
  async count(@Body() body: EchoDto): Promise<{ call: number; text: string }> {
    const call = ++this.calls;
    await this.gate;
    if (body.text === 'fail') throw new AppError('CONFLICT');
    return { call, text: body.text };
  }

  @Post('id')
  @HttpCode(200)
  id(): string {
    return `call-${++this.calls}`;
  }
}

import { Access, ApiProblems, Caller, IdPipe, OwnIdempotency, RawBody, type Principal } from '@app/common';
import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ChatFileDto, ChatFilesDto, DownloadQuery } from './chat-file.dto.js';
import { ChatFilesService, MAX_FILE_BYTES } from './chat-files.service.js';
import { FilePath } from './file-path.js';
import { sendDownload } from './send-download.js';
import { TicketsService } from './tickets.service.js';

const ChatId = (): ParameterDecorator => Param('chatId', IdPipe('The chat'));
const PATH = {
  name: 'path',
  description: 'Within the chat’s folder; may hold slashes.',
  schema: { type: 'string' },
  example: 'transcript.md',
} as const;

@ApiTags('Chat')
@Controller('api/chats/:chatId')
export class ChatFilesController {
  constructor(
    private readonly files: ChatFilesService,
    private readonly tickets: TicketsService,
  ) {}

  /**
   * Make a ticket for one download
   *
   * It takes the place of the token in a link that a browser follows: `downloads/{path}?ticket=…`, once, within a minute. A
   * repeated request makes another one.
   */
  @Post('tickets')
  @HttpCode(200)
  @Access('anonymous')
  @OwnIdempotency()
  @ApiOkResponse({ schema: { type: 'string', example: 'nSb4k0QkR1c1mYF2vVYxqk3m7Q6d0P8yKZ3hJr9tWlE' } })
  @ApiProblems(404)
  createChatOneTimeTicket(@Caller() caller: Principal, @ChatId() chatId: string): Promise<string> {
    return this.tickets.createTicket(caller, chatId);
  }

  /** The files that were uploaded into a chat */
  @Get('files')
  @Access('user')
  @ApiOkResponse({ type: ChatFilesDto })
  @ApiProblems(404)
  getChatFiles(@Caller() caller: Principal, @ChatId() chatId: string): Promise<ChatFilesDto> {
    return this.files.list(caller, chatId);
  }

  /**
   * Get a file of a chat
   *
   * Every chat also has `transcript.json`, `transcript.md`, `transcript.txt` and `transcript.csv`: what was said so far.
   */
  @Get('downloads/*')
  @Access('anonymous')
  @ApiParam(PATH)
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of the file that the caller has.' })
  @ApiOkResponse({
    description: 'The file',
    // JSON for one file, bytes for another.
    content: { '*/*': { schema: {} } },
  })
  @ApiResponse({ status: 304, description: 'The caller has the file already.' })
  @ApiProblems(400, 401, 404)
  async getChatFile(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @FilePath() path: string,
    @Query() { ticket }: DownloadQuery,
    @Headers('if-none-match') knownTags: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendDownload(reply, await this.files.download(caller, chatId, path, ticket, knownTags));
  }

  /**
   * Put a file into a chat
   *
   * The body is the file, of at most 20 MB; what it is comes from its name and must be true. Text files of up to 64 kB (txt, log,
   * md, csv, json) are given to the model with every later question, and named among the sources of its answers.
   */
  @Put('downloads/*')
  @Access('user')
  @RawBody(MAX_FILE_BYTES)
  @ApiParam(PATH)
  @ApiOkResponse({ type: ChatFileDto })
  @ApiProblems(400, 404, 409, 413, 415)
  putChatFile(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @FilePath() path: string,
    @Body() bytes: Buffer | undefined,
  ): Promise<ChatFileDto> {
    return this.files.upload(caller, chatId, path, bytes);
  }

  /** Remove a file from a chat */
  @Delete('downloads/*')
  @Access('user')
  @ApiParam(PATH)
  @ApiProblems(404)
  deleteChatFile(@Caller() caller: Principal, @ChatId() chatId: string, @FilePath() path: string): Promise<void> {
    return this.files.remove(caller, chatId, path);
  }
}

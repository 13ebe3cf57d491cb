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
  description: 'Within the chat’s folder; may contain slashes.',
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
   * Creates a ticket for one download.
   *
   * It replaces the token in a link that a browser opens: `downloads/{path}?ticket=…`, once, within a minute. A repeated request
   * creates another one.
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

  /** Lists the files of a chat, for its customer and for agents. Those that the model can read go to it with the next message. */
  @Get('files')
  @Access('user')
  @ApiOkResponse({ type: ChatFilesDto })
  @ApiProblems(404)
  getChatFiles(@Caller() caller: Principal, @ChatId() chatId: string): Promise<ChatFilesDto> {
    return this.files.list(caller, chatId);
  }

  /**
   * Returns a file of a chat.
   *
   * Every chat also has `transcript.json`, `transcript.md`, `transcript.txt` and `transcript.csv`: its messages so far.
   */
  @Get('downloads/*')
  @Access('anonymous')
  @ApiParam(PATH)
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of the file that the caller has.' })
  @ApiOkResponse({
    description: 'The file',
    // Depends on the file.
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
   * Stores a file in a chat.
   *
   * The body is the file, of at most 20 MB; its type follows from its name, and the bytes must match. Text files of up to 64 kB (txt, log,
   * md, csv, json, vcf) are sent to the model with every later question, and named among the sources of its answers.
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

  /** Deletes a file of a chat. Answers that begin afterwards do not know it. */
  @Delete('downloads/*')
  @Access('user')
  @ApiParam(PATH)
  @ApiProblems(404)
  deleteChatFile(@Caller() caller: Principal, @ChatId() chatId: string, @FilePath() path: string): Promise<void> {
    return this.files.remove(caller, chatId, path);
  }
}

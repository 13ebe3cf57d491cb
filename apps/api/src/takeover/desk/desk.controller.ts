import { Access, ApiProblems, Caller, IdPipe, type Principal } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChatCustomerDto, ChatTagsDto, DraftDto, ReadMarkDto, SaveDraftRequestDto } from './desk.dto.js';
import { DeskService } from './desk.service.js';

const ChatId = (): ParameterDecorator => Param('chatId', IdPipe('The chat'));

/** What agents keep beside a chat. */
@ApiTags('Takeover')
@Controller('api/takeover/chats/:chatId')
@Access('agent')
export class DeskController {
  constructor(private readonly desk: DeskService) {}

  /** Sets how far the caller has read a chat. */
  @Put('readMark')
  @ApiOkResponse({ type: ReadMarkDto })
  @ApiProblems(400, 404)
  setChatReadMark(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() dto: ReadMarkDto,
  ): Promise<ReadMarkDto> {
    return this.desk.setReadMark(caller, chatId, dto);
  }

  /** Returns what the caller has begun to write in a chat. */
  @Get('draft')
  @ApiOkResponse({ type: DraftDto })
  @ApiProblems(404)
  getChatDraft(@Caller() caller: Principal, @ChatId() chatId: string): Promise<DraftDto> {
    return this.desk.getDraft(caller, chatId);
  }

  /** Keeps what the caller has begun to write. No other agent sees it. */
  @Put('draft')
  @ApiOkResponse({ type: DraftDto })
  @ApiProblems(400, 404)
  saveChatDraft(
    @Caller() caller: Principal,
    @ChatId() chatId: string,
    @Body() { text }: SaveDraftRequestDto,
  ): Promise<DraftDto> {
    return this.desk.saveDraft(caller, chatId, text);
  }

  /** Deletes the caller's draft. */
  @Delete('draft')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'There is no draft.' })
  @ApiProblems(404)
  deleteChatDraft(@Caller() caller: Principal, @ChatId() chatId: string): Promise<void> {
    return this.desk.deleteDraft(caller, chatId);
  }

  /** Replaces the tags of a chat, which all agents see. */
  @Put('tags')
  @ApiOkResponse({ type: ChatTagsDto })
  @ApiProblems(400, 404)
  setChatTags(@Caller() caller: Principal, @ChatId() chatId: string, @Body() dto: ChatTagsDto): Promise<ChatTagsDto> {
    return this.desk.setTags(caller, chatId, dto);
  }

  /** Returns who the customer of a chat is, what its tools know, and other chats of the same customer. */
  @Get('customer')
  @ApiOkResponse({ type: ChatCustomerDto })
  @ApiProblems(404)
  getChatCustomer(@Caller() caller: Principal, @ChatId() chatId: string): Promise<ChatCustomerDto> {
    return this.desk.getCustomer(caller, chatId);
  }
}

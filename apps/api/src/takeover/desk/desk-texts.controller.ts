import { Access, ApiProblems, Caller, IdPipe, type Principal } from '@app/common';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CannedAnswersService } from './canned-answers.service.js';
import { ChatViewsService } from './chat-views.service.js';
import {
  CannedAnswerDto,
  CannedAnswersDto,
  ChatViewDto,
  ChatViewsDto,
  SaveCannedAnswerRequestDto,
  SaveViewRequestDto,
} from './desk.dto.js';

const ViewId = (): ParameterDecorator => Param('viewId', IdPipe('The view'));
const AnswerId = (): ParameterDecorator => Param('cannedAnswerId', IdPipe('The canned answer'));

/** What agents keep for work on any chat. */
@ApiTags('Takeover')
@Controller('api/takeover')
@Access('agent')
export class DeskTextsController {
  constructor(
    private readonly views: ChatViewsService,
    private readonly answers: CannedAnswersService,
  ) {}

  /** Lists the caller's saved views, by name. */
  @Get('views')
  @ApiOkResponse({ type: ChatViewsDto })
  getChatViews(@Caller() caller: Principal): Promise<ChatViewsDto> {
    return this.views.list(caller);
  }

  /** Saves filters of the list of chats under a name. */
  @Post('views')
  @ApiCreatedResponse({ type: ChatViewDto })
  @ApiProblems(400, 409)
  createChatView(@Caller() caller: Principal, @Body() dto: SaveViewRequestDto): Promise<ChatViewDto> {
    return this.views.create(caller, dto);
  }

  /** Replaces one of the caller's views. */
  @Put('views/:viewId')
  @ApiOkResponse({ type: ChatViewDto })
  @ApiProblems(400, 404)
  updateChatView(
    @Caller() caller: Principal,
    @ViewId() viewId: string,
    @Body() dto: SaveViewRequestDto,
  ): Promise<ChatViewDto> {
    return this.views.update(caller, viewId, dto);
  }

  /** Deletes one of the caller's views. */
  @Delete('views/:viewId')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems(404)
  deleteChatView(@Caller() caller: Principal, @ViewId() viewId: string): Promise<void> {
    return this.views.delete(caller, viewId);
  }

  /** Lists the canned answers of the caller, and those that all agents share, by shortcut. */
  @Get('cannedAnswers')
  @ApiOkResponse({ type: CannedAnswersDto })
  getCannedAnswers(@Caller() caller: Principal): Promise<CannedAnswersDto> {
    return this.answers.list(caller);
  }

  /** Creates a canned answer. It is the caller's own; administrators can create one for all agents. */
  @Post('cannedAnswers')
  @ApiCreatedResponse({ type: CannedAnswerDto })
  @ApiProblems(400, 409)
  createCannedAnswer(@Caller() caller: Principal, @Body() dto: SaveCannedAnswerRequestDto): Promise<CannedAnswerDto> {
    return this.answers.create(caller, dto);
  }

  /** Replaces a canned answer. Shared ones are changed by administrators. */
  @Put('cannedAnswers/:cannedAnswerId')
  @ApiOkResponse({ type: CannedAnswerDto })
  @ApiProblems(400, 404)
  updateCannedAnswer(
    @Caller() caller: Principal,
    @AnswerId() id: string,
    @Body() dto: SaveCannedAnswerRequestDto,
  ): Promise<CannedAnswerDto> {
    return this.answers.update(caller, id, dto);
  }

  /** Deletes a canned answer. Shared ones are deleted by administrators. */
  @Delete('cannedAnswers/:cannedAnswerId')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems(404)
  deleteCannedAnswer(@Caller() caller: Principal, @AnswerId() id: string): Promise<void> {
    return this.answers.delete(caller, id);
  }
}

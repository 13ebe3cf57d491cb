import { Audited, Caller, type Principal } from '@app/common';
import { Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  AssistantDto,
  CreateAssistantRequestDto,
  DeletedAssistantDto,
  SavedAssistantDto,
  UpdateAssistantRequestDto,
} from './assistant.dto.js';
import { AssistantsService } from './assistants.service.js';
import { ThreadBody } from '../thread-body.pipe.js';
import { ThreadAdmins, ThreadErrors, ThreadRoute } from '../thread-route.decorators.js';

const INVALID = 'Invalid request';

/** Who answers in threads: the public bots. Prompts and addresses of tools are shown, hence for administrators. */
@ApiTags('Threads')
@Controller()
@ThreadAdmins()
export class AssistantsController {
  constructor(private readonly assistants: AssistantsService) {}

  /** Lists the newest assistants, with their tools. */
  @Get('chatbots')
  @ThreadRoute()
  @ApiOkResponse({ type: [AssistantDto] })
  @ThreadErrors(403)
  listAssistants(@Caller() caller: Principal): Promise<AssistantDto[]> {
    return this.assistants.listAssistants(caller);
  }

  /** Returns an assistant. */
  @Get('chatbots/:assistantId')
  @ThreadRoute()
  @ApiOkResponse({ type: AssistantDto })
  @ThreadErrors(403, 404)
  getAssistant(@Caller() caller: Principal, @Param('assistantId') assistantId: string): Promise<AssistantDto> {
    return this.assistants.getAssistant(caller, assistantId);
  }

  /** Deletes an assistant. Threads that it answered in stay. */
  @Delete('chatbots/:assistantId')
  @Audited('bot.deleted', 'assistantId')
  @ThreadRoute()
  @ApiOkResponse({ type: DeletedAssistantDto })
  @ThreadErrors(403, 404)
  deleteAssistant(
    @Caller() caller: Principal,
    @Param('assistantId') assistantId: string,
  ): Promise<DeletedAssistantDto> {
    return this.assistants.deleteAssistant(caller, assistantId);
  }

  /** Creates an assistant that every caller may talk to. */
  @Post('create_assistant')
  @Audited('bot.created', 'assistant_id')
  @ThreadRoute({ invalid: INVALID })
  @ApiBody({ type: CreateAssistantRequestDto })
  @ApiCreatedResponse({ type: SavedAssistantDto })
  @ThreadErrors(400, 403, 413, 415)
  createAssistant(
    @Caller() caller: Principal,
    @ThreadBody(CreateAssistantRequestDto) dto: object,
  ): Promise<SavedAssistantDto> {
    return this.assistants.createAssistant(caller, dto as CreateAssistantRequestDto);
  }

  /** Updates an assistant. What is not sent stays as it is. */
  @Post('update_assistant')
  @Audited('bot.updated', 'assistant_id')
  @HttpCode(200)
  @ThreadRoute({ invalid: INVALID, missing: { asst_id: 'Assistant ID is required' } })
  @ApiBody({ type: UpdateAssistantRequestDto })
  @ApiOkResponse({ type: SavedAssistantDto })
  @ThreadErrors(400, 403, 404, 413, 415)
  updateAssistant(
    @Caller() caller: Principal,
    @ThreadBody(UpdateAssistantRequestDto) dto: object,
  ): Promise<SavedAssistantDto> {
    return this.assistants.updateAssistant(caller, dto as UpdateAssistantRequestDto);
  }
}

import { Access, ApiProblems, Caller, IdPipe, type Principal } from '@app/common';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChatVariablesDto } from './chat-variables.dto.js';
import { ChatVariablesService } from './chat-variables.service.js';

@ApiTags('Chat')
@Controller('api/chats')
export class ChatVariablesController {
  constructor(private readonly variables: ChatVariablesService) {}

  /** Returns the arguments and results of a chat's tools, by name. For the chat's customer, and for agents. */
  @Get(':chatId/variables')
  @Access('anonymous')
  @ApiOkResponse({ type: ChatVariablesDto })
  @ApiProblems(404)
  getChatVariables(
    @Caller() caller: Principal,
    @Param('chatId', IdPipe('The chat')) chatId: string,
  ): Promise<ChatVariablesDto> {
    return this.variables.getChatVariables(caller, chatId);
  }
}

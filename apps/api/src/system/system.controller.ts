import { Access, ApiProblems, Audited } from '@app/common';
import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SystemMessageDto } from './system.dto.js';
import { SystemService } from './system.service.js';

@ApiTags('System')
@Controller('api/System/status')
export class SystemController {
  constructor(private readonly system: SystemService) {}

  /** Returns the message that all users see. Pages show it as a banner. It is empty when there is nothing to say. */
  @Get('current')
  @Access('anonymous')
  @ApiOkResponse({ type: SystemMessageDto })
  getCurrentSystemStatus(): Promise<SystemMessageDto> {
    return this.system.getMessage();
  }

  /** Sets the message that all users see. */
  @Put('current')
  @Audited('banner.changed')
  @Access('admin')
  @ApiProblems(400)
  setCurrentSystemStatus(@Body() message: SystemMessageDto): Promise<void> {
    return this.system.setMessage(message);
  }
}

import type { Principal } from '@app/common';
import { Injectable } from '@nestjs/common';
import { BotToolsService } from './bot-tools.service.js';
import { ToolCallsService } from './tool-calls.service.js';
import type { DryRunRequestDto, DryRunResponseDto } from './tool-trial.dto.js';

/** Calls tools on trial, for administrators who configure them. */
@Injectable()
export class ToolTrialsService {
  constructor(
    private readonly tools: BotToolsService,
    private readonly calls: ToolCallsService,
  ) {}

  /** Calls the tool, also one that is not active. */
  async dryRun(caller: Principal, botId: string, toolId: string, dto: DryRunRequestDto): Promise<DryRunResponseDto> {
    const { tool, shownUrl, secretHeaders } = await this.tools.getForTrial(caller, botId, toolId);
    const { outcome, status, output, variables, milliseconds } = await this.calls.call(tool, dto.arguments);
    return {
      sent: { url: shownUrl, secretHeaders, body: dto.arguments },
      outcome,
      status,
      milliseconds,
      message: output,
      variables: { ...dto.arguments, ...variables },
    };
  }
}

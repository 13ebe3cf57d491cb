import { IdField, MAX_ID_LENGTH } from '@app/common';
import { ApiProperty } from '@nestjs/swagger';
import { ServiceAvailabilityDto, type DescribedChoice } from '../../models/index.js';
import { OptionalText } from '../profile/optional.decorators.js';

const ID_EXAMPLE = '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e';
const NAME_LENGTH = 200;

/** A service that answers when those before it cannot. */
export class FallbackServiceDto {
  @IdField()
  @ApiProperty({ example: ID_EXAMPLE, maxLength: MAX_ID_LENGTH })
  openAiServiceId: string;

  /** A model of the service; empty for the service's own. */
  @OptionalText(NAME_LENGTH, 'example-model')
  modelName?: string | null;
}

/** A service that a bot answers through. */
export class BotServiceDto {
  /** Null when the bot names none and there is no default service. */
  @ApiProperty({ example: ID_EXAMPLE, type: 'string', nullable: true })
  openAiServiceId: string | null;

  @ApiProperty({ example: 'OpenAI' })
  displayName: string;

  @ApiProperty({ example: 'example-model', type: 'string', nullable: true })
  modelName: string | null;

  /** Why the service is left out; null when it is not. */
  @ApiProperty({ example: 'The service of the bot is switched off.', type: 'string', nullable: true })
  problem: string | null;

  @ApiProperty({ type: ServiceAvailabilityDto, nullable: true })
  availability: ServiceAvailabilityDto | null;
}

export class BotServicesDto {
  /** In the order in which they are asked: the bot's own, then its fallbacks. */
  @ApiProperty({ type: [BotServiceDto] })
  services: BotServiceDto[];
}

export const mapBotService = (choice: DescribedChoice): BotServiceDto => ({
  openAiServiceId: choice.serviceId,
  displayName: choice.displayName,
  modelName: choice.model,
  problem: choice.problem,
  availability: choice.availability,
});

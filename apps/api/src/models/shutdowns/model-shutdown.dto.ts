import { ApiProperty } from '@nestjs/swagger';
import { SHUTDOWN_LEVELS, type ShutdownLevel } from './model-shutdown.js';

const ID = { example: '0199aa0e-7c1b-7d0a-9a55-0d5a3c0f8f6e' } as const;

export class EndingBotDto {
  @ApiProperty(ID)
  botId: string;

  @ApiProperty({ example: 'Support' })
  displayName: string;
}

/** A model in use that ends within 90 days, or has ended. */
export class ModelShutdownDto {
  @ApiProperty(ID)
  openAiServiceId: string;

  @ApiProperty({ example: 'OpenAI' })
  openAiService: string;

  @ApiProperty({ example: 'example-model' })
  modelName: string;

  /** From this day on the model answers no more. */
  @ApiProperty({ example: '2027-01-31', format: 'date' })
  shutdownDate: string;

  /** Negative once it has ended. */
  @ApiProperty({ example: 25, type: 'integer' })
  daysLeft: number;

  @ApiProperty({ enum: SHUTDOWN_LEVELS, example: 'days30' })
  level: ShutdownLevel;

  /** Who says so: the list of the service, or the announcements that come with this version of the server. */
  @ApiProperty({ enum: ['service', 'announcement'], example: 'service' })
  source: 'service' | 'announcement';

  /** The model that the service recommends instead, if it names one. */
  @ApiProperty({ example: null, type: 'string', nullable: true })
  replacedBy: string | null;

  @ApiProperty({ example: 'The model example-model of the service OpenAI ends in 25 days, on 2027-01-31.' })
  message: string;

  /** The bots that answer by this model. */
  @ApiProperty({ type: [EndingBotDto] })
  bots: EndingBotDto[];
}

export class ModelShutdownsDto {
  /** The nearest end first. */
  @ApiProperty({ type: [ModelShutdownDto] })
  shutdowns: ModelShutdownDto[];
}

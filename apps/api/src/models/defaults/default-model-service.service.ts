import { AppConfig, AppError, notFound } from '@app/common';
import type { OpenAiService } from '@app/database';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LostCallsService, type CallTarget } from '../../accounting/index.js';
import { DefaultServiceRepository } from './default-service.repository.js';
import { OpenAiServicesRepository } from '../services/openai-services.repository.js';
import { modelOf } from '../services/new-service.js';
import { ServiceChangesService } from '../services/service-changes.service.js';

const NAMED_BOTS = 10;

/** The default service, for bots that name none: the one that an administrator has chosen, else the first active one made. */
@Injectable()
export class DefaultModelService implements OnModuleInit {
  constructor(
    private readonly defaults: DefaultServiceRepository,
    private readonly services: OpenAiServicesRepository,
    private readonly changes: ServiceChangesService,
    private readonly config: AppConfig,
    private readonly lostCalls: LostCallsService,
  ) {}

  onModuleInit(): void {
    this.lostCalls.learnDefault(() => this.findTarget());
  }

  /** Null when no service is active. */
  async find(): Promise<OpenAiService | null> {
    const chosenId = await this.defaults.findChosenId();
    const chosen = chosenId === null ? null : await this.services.find(chosenId);
    return chosen?.isActive === true ? chosen : this.findFirst();
  }

  async choose(serviceId: string): Promise<void> {
    const service = await this.services.find(serviceId);
    if (service === null) throw notFound('The service');
    if (!service.isActive)
      throw new AppError('CONFLICT', { detail: 'The service is switched off: activate it first.' });
    await this.defaults.choose(serviceId);
    await this.changes.publish(serviceId);
  }

  /** The first active service made becomes the default again. */
  async clear(serviceId: string): Promise<void> {
    if ((await this.services.find(serviceId)) === null) throw notFound('The service');
    await this.defaults.clear(serviceId);
    await this.changes.publish(serviceId);
  }

  /** A chosen default stays active until another one is chosen. */
  async requireNotChosen(serviceId: string): Promise<void> {
    if ((await this.defaults.findChosenId()) !== serviceId) return;
    throw inUse('The service is the default service: choose another default first.');
  }

  /** A service is kept that bots answer through, by its name or because there is no other default. */
  async requireUnused(serviceId: string): Promise<void> {
    await this.requireNotChosen(serviceId);
    if ((await this.find())?.id === serviceId && (await this.findFirst(serviceId)) === null)
      await this.requireNoBots(null);
  }

  /** Throws SERVICE_IN_USE with the names of bots that name the service, or none. */
  async requireNoBots(serviceId: string | null): Promise<void> {
    const bots = await this.services.findBotsUsing(serviceId, NAMED_BOTS + 1);
    if (bots.length === 0) return;
    const names = bots.slice(0, NAMED_BOTS).join(', ') + (bots.length > NAMED_BOTS ? ' and others' : '');
    throw inUse(`These bots answer through the service: ${names}.`);
  }

  private async findTarget(): Promise<CallTarget | null> {
    const service = await this.find();
    return service && { serviceId: service.id, model: modelOf(service) };
  }

  /** Where the demo is switched off, any other service comes before it. */
  private findFirst(exceptId?: string): Promise<OpenAiService | null> {
    return this.defaults.findFirstActive({ isDemoLast: !this.config.provider.isDemoAllowed, exceptId });
  }
}

const inUse = (detail: string): AppError => new AppError('SERVICE_IN_USE', { detail });

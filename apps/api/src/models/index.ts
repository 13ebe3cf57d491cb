export { SERVICE_KEYS } from './connections/service-keys.js';
export { FirstModelService } from './defaults/first-model-service.service.js';
export { ModelsModule } from './models.module.js';
export type { CallAttempt, ModelAnswer, ModelCall, ModelTarget } from './calls/model-call.js';
export { ModelCallsService } from './calls/model-calls.service.js';
export type { HealthState } from './health/assess-health.js';
export { ServiceAvailabilityDto } from './health/service-availability.dto.js';
export { ServiceHealthService } from './health/service-health.service.js';
export {
  ModelTargetsService,
  type DescribedChoice,
  type ModelTargets,
  type ServiceChoice,
} from './services/model-targets.service.js';
export { OpenAiServicesService, type ServiceTarget } from './services/openai-services.service.js';
export type { BotModel } from './shutdowns/shutdown-radar.repository.js';
export { ShutdownRadarService } from './shutdowns/shutdown-radar.service.js';
export { ServiceSupportService } from './probes/service-support.service.js';

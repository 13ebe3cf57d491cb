export { SERVICE_KEYS } from './connections/service-keys.js';
export { FirstModelService } from './defaults/first-model-service.service.js';
export { ModelsModule } from './models.module.js';
export { OpenAiServicesService, type ServiceTarget } from './services/openai-services.service.js';

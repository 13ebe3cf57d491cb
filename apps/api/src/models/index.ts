export { FirstModelService } from './defaults/first-model-service.service.js';
export { ModelsModule } from './models.module.js';
export { OpenAiServicesService, type ServiceTarget } from './services/openai-services.service.js';

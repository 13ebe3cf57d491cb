export { FirstModelService } from './first-model-service.service.js';
export { ModelsModule } from './models.module.js';
export { OpenAiServicesService, type ServiceTarget } from './openai-services.service.js';

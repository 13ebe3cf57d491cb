export { ModelsModule } from './models.module.js';
export { OpenAiServicesService, type ServiceTarget } from './openai-services.service.js';

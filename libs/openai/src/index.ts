export { defaultCapabilities } from './capability-probe.js';
export { DEMO_MODEL, DemoService } from './demo.service.js';
export { type Endpoint, normaliseEndpoint } from './endpoint.js';
export { estimateUsage } from './estimate-usage.js';
export { OpenAiModule } from './openai.module.js';
export {
  type BareConnection,
  OPENAI_PROVIDER_OPTIONS,
  OpenAiProvider,
  type OpenAiProviderOptions,
} from './openai-provider.js';
export { ProviderError, type ProviderErrorCode } from './provider-error.js';
export * from './provider.types.js';
export { countTokens } from './tokens.js';

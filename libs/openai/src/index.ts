export { defaultCapabilities } from './probe/probe-requests.js';
export { DEMO_MODEL, DemoService } from './demo/demo.service.js';
export { type Endpoint, normaliseEndpoint } from './endpoint/endpoint.js';
export { estimateUsage } from './usage/estimate-usage.js';
export { OpenAiModule } from './openai.module.js';
export {
  type BareConnection,
  OPENAI_PROVIDER_OPTIONS,
  OpenAiProvider,
  type OpenAiProviderOptions,
} from './openai-provider.js';
export { MODEL_SHUTDOWNS, type ModelShutdown } from './model-shutdowns.js';
export { ProviderError, type ProviderErrorCode } from './errors/provider-error.js';
export type { ParameterName, RequestParameters } from './dialects/parameters.js';
export type { AskedParameters, RefusedParameter } from './learning/refused-parameters.js';
export * from './provider.types.js';
export { emptyMatrix, flagsOf } from './probe/matrix.js';
export { countTokens } from './usage/tokens.js';

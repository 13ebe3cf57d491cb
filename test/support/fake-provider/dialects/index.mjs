import { anthropic } from './anthropic.mjs';
import { azure, azureDeployment } from './azure.mjs';
import { deepSeek } from './deepseek.mjs';
import { gemini } from './gemini.mjs';
import { groq } from './groq.mjs';
import { llamaCpp } from './llama-cpp.mjs';
import { lmStudio, oldLmStudio } from './lm-studio.mjs';
import { mistral } from './mistral.mjs';
import { ollama, ollamaWithoutTools } from './ollama.mjs';
import { openai } from './openai.mjs';
import { openRouter } from './openrouter.mjs';
import { vllm, vllmWithMistral, vllmWithoutParser } from './vllm.mjs';

/**
 * How real services differ from OpenAI, one table each, for a `FakeProvider`. Every quirk has its source: what the maker documents, or an
 * error message that users have reported in public. `expects` is what a probe has to find.
 */
export const SERVICES = [
  openai, azure, azureDeployment, llamaCpp, vllm, vllmWithMistral, vllmWithoutParser, ollama, ollamaWithoutTools, lmStudio,
  oldLmStudio, openRouter, deepSeek, anthropic, mistral, groq, gemini,
]; // prettier-ignore

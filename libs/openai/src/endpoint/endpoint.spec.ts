import { AppError } from '@app/common';
import { normaliseEndpoint } from './endpoint.js';

function problemOf(raw: string): unknown {
  try {
    return normaliseEndpoint(raw);
  } catch (error) {
    return error;
  }
}

describe('normaliseEndpoint', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1', false],
    ['  https://api.openai.com/v1/  ', 'https://api.openai.com/v1', false],
    ['https://api.openai.com', 'https://api.openai.com/v1', false],
    ['https://API.OpenAI.com:443/', 'https://api.openai.com/v1', false],
    ['http://localhost:11434', 'http://localhost:11434/v1', false],
    ['http://[::1]:8000/v1//', 'http://[::1]:8000/v1', false],
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1', false],
    ['https://gateway.example/a/b', 'https://gateway.example/a/b', false],
    ['https://x.openai.azure.com/', 'https://x.openai.azure.com/openai/v1', true],
    ['https://x.openai.azure.com/openai', 'https://x.openai.azure.com/openai/v1', true],
    ['https://x.openai.azure.com/openai/v1/', 'https://x.openai.azure.com/openai/v1', true],
    ['https://x.cognitiveservices.azure.com', 'https://x.cognitiveservices.azure.com/openai/v1', true],
    // Pasted from the examples of a service's documentation.
    ['https://api.openai.com/v1/chat/completions', 'https://api.openai.com/v1', false],
    ['https://api.openai.com/v1/responses/', 'https://api.openai.com/v1', false],
    ['http://localhost:8080/v1/models', 'http://localhost:8080/v1', false],
    ['https://api.deepseek.com/chat/completions', 'https://api.deepseek.com/v1', false],
    ['https://models.github.ai/inference/chat/completions', 'https://models.github.ai/inference', false],
    ['https://gateway.example/models', 'https://gateway.example/models', false],
    ['https://api.openai.com/v1/v1', 'https://api.openai.com/v1', false],
    ['https://gateway.example/a/../v1', 'https://gateway.example/v1', false],
    // https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
    ['https://x.openai.azure.us/', 'https://x.openai.azure.us/openai/v1', true],
    ['https://x.openai.azure.cn', 'https://x.openai.azure.cn/openai/v1', true],
    ['https://eastus.api.cognitive.microsoft.com/', 'https://eastus.api.cognitive.microsoft.com/openai/v1', true],
    [
      'https://x.openai.azure.com/openai/responses?api-version=2025-04-01-preview',
      'https://x.openai.azure.com/openai/v1',
      true,
    ],
    ['https://x.openai.azure.com/openai/deployments/d', 'https://x.openai.azure.com/openai/v1', true],
    ['https://x.openai.azure.com/openai/v1/?api-version=preview', 'https://x.openai.azure.com/openai/v1', true],
    ['https://api.anthropic.com/v1/messages', 'https://api.anthropic.com/v1', false],
    ['https://x.openai.azure.com/openai/v1/responses', 'https://x.openai.azure.com/openai/v1', true],
    ['https://x.services.ai.azure.com/models', 'https://x.services.ai.azure.com/openai/v1', true],
    ['https://x.services.ai.azure.com/api/projects/p', 'https://x.services.ai.azure.com/openai/v1', true],
    ['https://x.openai.azure.com.evil.example/', 'https://x.openai.azure.com.evil.example/v1', false],
  ])('makes %j into %s', (raw, baseUrl, isAzure) => {
    expect(normaliseEndpoint(raw)).toEqual({ baseUrl, isAzure, deployment: null });
    expect(normaliseEndpoint(baseUrl)).toEqual({ baseUrl, isAzure, deployment: null });
  });

  it.each([
    ['https://x.openai.azure.com', 'gpt-4o', '/chat/completions'],
    ['https://x.openai.azure.us', 'my model', ''],
    ['https://x.openai.azure.cn', 'm', '/'],
    ['https://x.cognitiveservices.azure.com', 'm', '/chat/completions/'],
    ['https://apim.example/team', 'm', '/chat/completions'],
  ])('keeps the deployments of %s and their version', (resource, deployment, route) => {
    const baseUrl = `${resource}/openai/deployments?api-version=2024-10-21`;
    const raw = `${resource}/openai/deployments/${encodeURIComponent(deployment)}${route}?api-version=2024-10-21`;
    expect(normaliseEndpoint(raw)).toEqual({ baseUrl, isAzure: true, deployment });
    expect(normaliseEndpoint(baseUrl)).toEqual({ baseUrl, isAzure: true, deployment: null });
  });

  it.each([
    '',
    '   ',
    'api.openai.com',
    '/v1',
    'ftp://host/v1',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'https://user:secret@host/v1',
    'https://user@host/v1',
    'https://host/v1?key=1',
    'https://host/v1?',
    'https://host/v1?api-version=2024-10-21',
    'https://host/openai/deployments/d?api-version=latest',
    'https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21&key=secret',
    'https://host/v1#top',
    `https://host/${'a'.repeat(2048)}`,
  ])('refuses %j without repeating it', (raw) => {
    const error = problemOf(raw);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'endpoint' }] });
    expect(String(error)).not.toContain('secret');
  });
});

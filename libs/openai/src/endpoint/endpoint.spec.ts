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
    ['https://x.openai.azure.com.evil.example/', 'https://x.openai.azure.com.evil.example/v1', false],
  ])('makes %j into %s', (raw, baseUrl, isAzure) => {
    expect(normaliseEndpoint(raw)).toEqual({ baseUrl, isAzure });
    expect(normaliseEndpoint(baseUrl)).toEqual({ baseUrl, isAzure });
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
    'https://host/v1#top',
    `https://host/${'a'.repeat(2048)}`,
  ])('refuses %j without repeating it', (raw) => {
    const error = problemOf(raw);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path: 'endpoint' }] });
    expect(String(error)).not.toContain('secret');
  });
});

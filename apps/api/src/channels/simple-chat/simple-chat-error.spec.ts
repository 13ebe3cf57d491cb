import { ERRORS, type ErrorCode } from '@app/contracts';
import { errorTextOf } from './simple-chat-error.js';

const textOf = (code: ErrorCode): string => errorTextOf({ code, detail: 'What happened.' });

describe('errorTextOf', () => {
  it.each<[ErrorCode, string]>([
    ['BOT_NOT_READY', 'API key or Assistant ID is missing.'],
    ['PROVIDER_INCOMPLETE', 'No response from Assistant'],
    ['PROVIDER_TIMEOUT', 'Assistant run failed'],
    ['TURN_DEADLINE_EXCEEDED', 'Assistant run failed'],
    ['PROVIDER_AUTH_FAILED', 'OpenAI API error: What happened.'],
    ['PROVIDER_RATE_LIMITED', 'OpenAI API error: What happened.'],
    ['INTERNAL', 'Unexpected error: What happened.'],
    ['VALIDATION_FAILED', 'What happened.'],
  ])('says %s as "%s"', (code, text) => expect(textOf(code)).toBe(text));

  it('has words for every error', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) expect(textOf(code)).toMatch(/\w/);
  });
});

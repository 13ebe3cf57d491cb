import { uuidv7 } from 'uuidv7';
import { assistantIdOf, botIdOf, chatIdOf, runIdOf, threadIdOf } from './thread-ids.js';

describe('the ids of threads', () => {
  it('lead back to the ids of chats and bots', () => {
    const id = uuidv7();
    expect(threadIdOf(id)).toMatch(/^thread_[0-9a-f]{32}$/);
    expect(chatIdOf(threadIdOf(id))).toBe(id);
    expect(botIdOf(assistantIdOf(id))).toBe(id);
    expect(runIdOf(id)).toMatch(/^run_[0-9a-f]{32}$/);
  });

  it.each([
    '',
    'thread_',
    'thread_abc',
    `asst_${'0'.repeat(32)}`,
    `thread_${'0'.repeat(33)}`,
    `thread_${'G'.repeat(32)}`,
  ])('are not found when they are malformed: %s', (id) => expect(() => chatIdOf(id)).toThrow('Thread not found'));

  it('of assistants are told apart from those of threads', () => {
    expect(() => botIdOf(`thread_${'0'.repeat(32)}`)).toThrow('Assistant not found');
  });
});

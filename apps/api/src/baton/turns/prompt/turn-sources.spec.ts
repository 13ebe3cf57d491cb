import { fittingSources, isSourceType, sourcesText } from './turn-sources.js';

const file = (path: string, text: string) => ({ id: path, path, text });

describe('sources of an answer', () => {
  it('are the files that fit, whole', () => {
    const files = [file('a.txt', 'short'), file('b.txt', 'word '.repeat(500)), file('c.txt', 'also short')];
    expect(fittingSources(files, 100, 'gpt-5').map(({ path }) => path)).toEqual(['a.txt', 'c.txt']);
    expect(fittingSources(files, 5000, 'gpt-5')).toHaveLength(3);
    expect(fittingSources(files, 0, 'gpt-5')).toEqual([]);
  });

  it('are plain texts only', () => {
    expect(['text/plain', 'text/csv', 'application/json'].every(isSourceType)).toBe(true);
    expect(['text/html', 'image/png', 'application/pdf'].some(isSourceType)).toBe(false);
  });

  it('are told with their names, and not at all when there are none', () => {
    expect(sourcesText([])).toBe('');
    expect(sourcesText([file('a.txt', 'content')])).toContain('--- a.txt ---\ncontent\n--- end of a.txt ---');
  });
});

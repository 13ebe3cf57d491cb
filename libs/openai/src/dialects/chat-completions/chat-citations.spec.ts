import { ChatCitations, type WithCitations } from './chat-citations.js';

function cited(...pieces: WithCitations[]): unknown[] {
  const sources: unknown[] = [];
  const citations = new ChatCitations((title, url) => sources.push([title, url]));
  for (const piece of pieces) citations.read(piece);
  return sources;
}

describe('the sources of a chat completion', () => {
  // https://openrouter.ai/docs/features/web-search
  it('are annotations of pages and files', () => {
    const page = {
      type: 'url_citation',
      url_citation: { url: 'https://example.com/', title: 'Example', content: '…' },
    };
    const file = { type: 'file', file: { hash: 'x', name: 'handbook.pdf', content: [] } };
    expect(cited({ annotations: [page, file] }, { annotations: [page] })).toEqual([
      ['Example', 'https://example.com/'],
      ['handbook.pdf', undefined],
    ]);
  });

  // https://docs.perplexity.ai/docs/sonar/openai-compatibility
  it('are lists beside the choices, with their titles where they have any', () => {
    const piece = {
      citations: ['https://example.com/a', 'https://example.com/b'],
      search_results: [{ title: 'A', url: 'https://example.com/a', date: null }],
    };
    expect(cited(piece, piece)).toEqual([
      ['A', 'https://example.com/a'],
      [undefined, 'https://example.com/b'],
    ]);
  });

  it('are none where a service sends something else', () => {
    expect(cited({ annotations: null, citations: 'https://example.com/', search_results: {} as never }, {})).toEqual(
      [],
    );
  });
});

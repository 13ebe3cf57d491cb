interface Page {
  title?: unknown;
  name?: unknown;
  url?: unknown;
}

interface Annotation extends Page {
  url_citation?: Page | null;
  file?: Page | null;
}

/** Where services put the sources of an answer: OpenAI and OpenRouter beside the text, Perplexity and xAI beside the choices. */
export interface WithCitations {
  annotations?: Annotation[] | null;
  /** Addresses alone. */
  citations?: unknown;
  search_results?: Page[] | null;
}

/** Passes each source on once: some services repeat the list with every chunk. Titles that come later than the address are lost. */
export class ChatCitations {
  private readonly cited = new Set<unknown>();

  constructor(private readonly cite: (title: unknown, url: unknown) => void) {}

  /** A list that is none is ignored. */
  read({ annotations, search_results: results, citations }: WithCitations): void {
    for (const { title, url, url_citation: page, file } of listOf<Annotation>(annotations))
      this.add(page?.title ?? file?.name ?? title, page?.url ?? url);
    for (const { title, name, url } of listOf<Page>(results)) this.add(title ?? name, url);
    for (const url of listOf<unknown>(citations)) this.add(undefined, url);
  }

  private add(title: unknown, url: unknown): void {
    const key = url ?? title;
    if (!this.cited.has(key)) this.cite(title, url);
    this.cited.add(key);
  }
}

/** Without what cannot be a source. */
const listOf = <Item>(value: unknown): Item[] =>
  Array.isArray(value)
    ? (value as (Item | null)[]).filter((item): item is Item => item !== null && item !== undefined)
    : [];

import { useLayoutEffect, useRef } from 'preact/hooks';
import { renderMarkdown } from '../../../shared/markdown.js';
import type { Texts } from '../texts.js';

/** Shows text of any author. Only nodes that the sanitiser has let through reach the page. */
export function Markdown({ text, texts }: { text: string; texts: Texts }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current!.replaceChildren(renderMarkdown(text, texts)), [text, texts]);
  return <div class="markdown" ref={place} />;
}

import { Fragment, useLayoutEffect, useRef } from 'react';
import { renderMarkdown } from '../../../../shared/markdown.js';
import { useTexts } from '../../texts/texts.js';

const ADDRESS = /(https?:\/\/[^\s<>"'`{}|\\^]+[^\s<>"'`{}|\\^.,:;!?)\]])/gi;

/** What people wrote, as they wrote it; addresses can be followed. */
export const PlainText = ({ text }: { text: string }) =>
  text.split(ADDRESS).map((part, index) =>
    index % 2 === 0 ? (
      // oxlint-disable-next-line react/no-array-index-key -- parts of one text have no other name
      <Fragment key={index}>{part}</Fragment>
    ) : (
      // oxlint-disable-next-line react/no-array-index-key
      <a key={index} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ),
  );

/**
 * What the bot wrote, in the form that its customer sees. Only nodes that the sanitiser has let through reach the page. Pictures are
 * links here: no website learns from a text that an agent has read it.
 */
export function Markdown({ text }: { text: string }) {
  const { t } = useTexts();
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const fragment = renderMarkdown(text, { copy: t('copy'), copied: t('copied') });
    for (const image of fragment.querySelectorAll('img')) image.replaceWith(linkOf(image, t('picture')));
    place.current!.replaceChildren(fragment);
  }, [text, t]);
  return <div className="markdown" ref={place} />;
}

function linkOf(image: HTMLImageElement, fallback: string): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = image.src;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  link.textContent = image.alt || fallback;
  return link;
}

import DOMPurify, { type Config } from 'dompurify';
import { Marked, type Tokens } from 'marked';

const MAX_HEADING = 6;
/** What messages may consist of; everything else is left out, its text stays. */
const ALLOWED: Config = {
  ALLOWED_TAGS: 'p br hr strong em del code pre blockquote ul ol li a img h3 h4 h5 h6 table thead tbody tr th td'.split(
    ' ',
  ),
  ALLOWED_ATTR: ['href', 'title', 'src', 'alt', 'start', 'align'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|tel:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

export interface MarkdownTexts {
  copy: string;
  copied: string;
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character]!);

const marked = new Marked({
  gfm: true,
  breaks: true,
  async: false,
  renderer: {
    /** HTML in a message is text like any other. */
    html: ({ text }: Tokens.HTML | Tokens.Tag): string => escape(text),
    /** Below the page's own headings. */
    heading(this: { parser: { parseInline(tokens: Tokens.Generic[]): string } }, { tokens, depth }: Tokens.Heading) {
      const level = Math.min(depth + 2, MAX_HEADING);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    checkbox: ({ checked }: Tokens.Checkbox): string => (checked ? '☑ ' : '☐ '),
  },
});

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  } else if (node.tagName === 'IMG') {
    if (!/^https:\/\//i.test(node.getAttribute('src') ?? '')) return node.replaceWith(node.getAttribute('alt') ?? '');
    node.setAttribute('loading', 'lazy');
    node.setAttribute('referrerpolicy', 'no-referrer');
  } else if (node.tagName === 'LI' && /^[☐☑]/.test(node.textContent ?? '')) node.className = 'task';
});

/** Renders text of any author as nodes that show it and do nothing else: Markdown made HTML, then sanitised. */
export function renderMarkdown(text: string, texts: MarkdownTexts): DocumentFragment {
  const html = marked.parse(text) as string;
  const fragment = DOMPurify.sanitize(html, { ...ALLOWED, RETURN_DOM_FRAGMENT: true });
  for (const block of fragment.children) block.setAttribute('dir', 'auto');
  for (const block of fragment.querySelectorAll('pre')) addCopyButton(block, texts);
  for (const table of fragment.querySelectorAll('table')) makeScrollable(table);
  return fragment;
}

function addCopyButton(block: HTMLPreElement, { copy, copied }: MarkdownTexts): void {
  const frame = document.createElement('div');
  const button = document.createElement('button');
  frame.className = 'code';
  button.type = 'button';
  button.className = 'code-copy';
  button.textContent = copy;
  button.addEventListener('click', () => {
    void copyText(block.textContent ?? '').then(() => {
      button.textContent = copied;
      setTimeout(() => (button.textContent = copy), 2000);
    });
  });
  block.replaceWith(frame);
  block.tabIndex = 0;
  frame.append(block, button);
}

function makeScrollable(table: HTMLTableElement): void {
  const frame = document.createElement('div');
  frame.className = 'table';
  frame.tabIndex = 0;
  table.replaceWith(frame);
  frame.append(table);
}

/** Frames need their page's leave for the clipboard; the old way needs none. */
async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

/// <reference lib="es2024.string" />
import type { Citation } from '../provider.types.js';

const LONGEST_TITLE = 200;
const LONGEST_URL = 2000;

/** A source as a service names it, in whatever field; null when there is nothing to show. Only pages of the web keep their address. */
export function citationOf(title: unknown, url: unknown): Citation | null {
  const page = typeof url === 'string' ? pageOf(url.trim()) : null;
  const words = typeof title === 'string' ? title.replace(/[\p{Cc}\s]+/gu, ' ').trim() : '';
  const name = words === '' ? (page?.hostname ?? '') : words;
  if (name === '' || (typeof url === 'string' && page === null)) return null;
  return { title: name.slice(0, LONGEST_TITLE).toWellFormed(), url: page?.href ?? null };
}

function pageOf(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isPage = ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
  return isPage && url.href.length <= LONGEST_URL ? url : null;
}

import { notFound } from '@app/common';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const MAX_LENGTH = 1024;
const MAX_NAME_LENGTH = 255;
/** Control characters, backslashes, line separators and direction marks: a name must be what it looks like. */
const FORBIDDEN = /[\p{Cc}\\\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * The path of a file within its chat's folder, from the URL as the caller sent it (the router merges slashes and drops a trailing one).
 * Percent-encoding is decoded once. Null for an invalid path.
 */
export function readFilePath(url: string): string | null {
  const encoded = /^[^?#]*?\/downloads\/([^?#]*)/i.exec(url)?.[1];
  if (encoded === undefined) return null;
  let path: string;
  try {
    path = decodeURIComponent(encoded).normalize('NFC');
  } catch {
    return null;
  }
  if (path.length > MAX_LENGTH || FORBIDDEN.test(path) || !path.isWellFormed()) return null;
  const names = path.split('/');
  return names.every((name) => name.trim() !== '' && name !== '.' && name !== '..' && name.length <= MAX_NAME_LENGTH)
    ? path
    : null;
}

/** The path, percent-encoded for a URL. */
export const encodeFilePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** The path of the file that the URL names; an invalid path is answered like a missing file. */
export const FilePath = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const path = readFilePath(context.switchToHttp().getRequest<FastifyRequest>().originalUrl);
  if (path === null) throw notFound('The file');
  return path;
});

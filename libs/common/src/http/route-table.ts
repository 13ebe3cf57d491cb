import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/app-error.js';

/** Knows every path of the server, to tell "no such thing" from "not with this method". Asked only when nothing matched. */
export class RouteTable {
  private readonly methodsByPath = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ url, method }) => {
      if (url === '*') return;
      const entry = this.methodsByPath.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const name of [method].flat()) entry.methods.add(name);
      this.methodsByPath.set(url, entry);
    });
  }

  /** The methods that a path does have. */
  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');
    return [...this.methodsByPath.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(({ methods }) => [...methods])
      .filter((method, index, all) => all.indexOf(method) === index)
      .toSorted();
  }

  missing(url: string): { error: AppError; allow: string | null } {
    const methods = this.methodsOf(url);
    return methods.length > 0
      ? { error: new AppError('METHOD_NOT_ALLOWED'), allow: methods.join(', ') }
      : { error: new AppError('NOT_FOUND', { detail: 'There is nothing at this address.' }), allow: null };
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/\/$/, '')
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\*/g, '.*')}/?$`,
    'i',
  );

import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors/app-error.js';
import type { ForeignRouteOptions } from './foreign-route.decorator.js';

interface Path {
  pattern: RegExp;
  methods: Set<string>;
  errorAnswer?: ForeignRouteOptions['errorAnswer'];
}

/** Knows every path of the server, to tell "no such thing" from "not with this method". Asked only when nothing matched. */
export class RouteTable {
  private readonly paths = new Map<string, Path>();

  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ url, method, config }) => {
      if (url === '*') return;
      const path: Path = this.paths.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      for (const name of [method].flat()) path.methods.add(name);
      const { errorAnswer } = (config ?? {}) as Partial<ForeignRouteOptions>;
      path.errorAnswer ??= errorAnswer;
      this.paths.set(url, path);
    });
  }

  /** Why nothing has matched, the methods that the path does have, and how errors look there. */
  missing(url: string): { error: AppError; allow: string | null } & Pick<Path, 'errorAnswer'> {
    const found = this.find(url);
    const methods = new Set(found.flatMap((path) => [...path.methods]));
    if (methods.size === 0)
      return { error: new AppError('NOT_FOUND', { detail: 'There is nothing at this address.' }), allow: null };
    const { errorAnswer } = found.find((path) => path.errorAnswer !== undefined) ?? {};
    return { error: new AppError('METHOD_NOT_ALLOWED'), allow: [...methods].toSorted().join(', '), errorAnswer };
  }

  private find(url: string): Path[] {
    const path = pathOf(url);
    return [...this.paths.values()].filter(({ pattern }) => pattern.test(path));
  }
}

/** The path of an address as the router reads it. */
export const pathOf = (url: string): string => url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');

/** A route as the router matches it, without regard to case and a slash at the end. */
export const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/\/$/, '')
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:\w+/g, '[^/]+')
      .replace(/\*/g, '.*')}/?$`,
    'i',
  );

import type { BareConnection } from '../provider.types.js';

/** Azure's older addresses name the deployment, which is the model, before the route. */
const DEPLOYMENTS = /\/openai\/deployments$/;
const REMEMBERED_BASES = 256;

interface Base {
  origin: string;
  path: string;
  query: string;
  hasDeployments: boolean;
}

const bases = new Map<string, Base>();

export interface Route {
  origin: string;
  /** With the query. */
  path: string;
}

type Address = Pick<BareConnection, 'baseUrl' | 'query'>;

/** Where a request about a model goes. */
export function routeTo({ baseUrl, query }: Address, path: string, model: string): Route {
  const base = baseOf(baseUrl);
  const deployment = base.hasDeployments ? `/${encodeURIComponent(model)}` : '';
  return { origin: base.origin, path: base.path + deployment + path + queryOf(base, query) };
}

/** The base for all that is not about one model, with its query; null where nothing is. */
export function sharedBase({ baseUrl, query }: Address): { url: string; query: Record<string, string> } | null {
  const base = baseOf(baseUrl);
  if (base.hasDeployments) return null;
  return { url: base.origin + base.path, query: { ...Object.fromEntries(new URLSearchParams(base.query)), ...query } };
}

function queryOf(base: Base, more: Address['query']): string {
  if (!more || Object.keys(more).length === 0) return base.query;
  const added = new URLSearchParams(more).toString();
  return base.query === '' ? `?${added}` : `${base.query}&${added}`;
}

function baseOf(baseUrl: string): Base {
  let base = bases.get(baseUrl);
  if (!base) {
    const url = new URL(baseUrl);
    const path = url.pathname.replace(/\/+$/, '');
    base = { origin: url.origin, path, query: url.search, hasDeployments: DEPLOYMENTS.test(path) };
    if (bases.size >= REMEMBERED_BASES) bases.clear();
    bases.set(baseUrl, base);
  }
  return base;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { AppConfig } from '../config/app-config.js';
import { trustedProxies, type TrustedProxies } from './trusted-proxies.js';

/** The parts of a request that say where it came from. */
export interface Sent {
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string };
}

/** Where browsers find this server, and whether one of its own pages sent a request. What proxies report counts if they are trusted. */
export class OwnOrigin {
  private readonly isTrusted: TrustedProxies;
  private readonly publicOrigin: string | null;

  constructor({ http: { trustProxy, publicUrl } }: Pick<AppConfig, 'http'>) {
    this.isTrusted = trustedProxies(trustProxy);
    this.publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  }

  /** The address as the browser knows it, without a path. */
  of(request: Sent): string {
    return this.publicOrigin ?? this.asAddressed(request);
  }

  /** Whether the browser's part of the way is encrypted. */
  isSecure(request: Sent): boolean {
    return this.publicOrigin?.startsWith('https:') === true || this.asAddressed(request).startsWith('https:');
  }

  /** What browsers cannot be made to say by pages of others. Programs that say neither are no page of ours. */
  isOwnPage(request: Sent): boolean {
    const { 'sec-fetch-site': site, origin } = request.headers;
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    return origin !== undefined && (origin === this.publicOrigin || origin === this.asAddressed(request));
  }

  /** Whether a page of another address sent it. Programs, which say nothing, are no page. */
  isForeignPage(request: Sent): boolean {
    const { 'sec-fetch-site': site, origin } = request.headers;
    return (site !== undefined || origin !== undefined) && !this.isOwnPage(request);
  }

  private asAddressed({ headers, socket }: Sent): string {
    const isProxied = this.isTrusted(socket.remoteAddress ?? '', 0);
    const reported = (name: string): string | undefined => (isProxied ? last(headers[name]) : undefined);
    const scheme = reported('x-forwarded-proto') === 'https' ? 'https' : 'http';
    return `${scheme}://${reported('x-forwarded-host') ?? headers.host ?? ''}`.toLowerCase();
  }
}

/** The nearest proxy writes last. */
const last = (value: string | string[] | undefined): string | undefined =>
  (Array.isArray(value) ? value.join() : value)?.split(',').at(-1)?.trim();

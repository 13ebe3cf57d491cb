import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** The proxies that model services are reached through, by the protocol of the service. */
export interface ProxySettings {
  http: string | null;
  https: string | null;
  /** Hosts that are reached directly, separated by commas; `*` for all. */
  exceptions: string;
}

/** This machine is never reached through a proxy. */
const LOOPBACK = 'localhost,127.0.0.1,[::1]';

export function newDispatcher(
  { keepAliveMs, connectTimeoutMs }: { keepAliveMs: number; connectTimeoutMs: number },
  proxy: ProxySettings | null,
): Dispatcher {
  const options = { keepAliveTimeout: keepAliveMs, connect: { timeout: connectTimeoutMs } };
  if (proxy === null || (proxy.http === null && proxy.https === null)) return new Agent(options);
  const isOff = proxy.exceptions.trim() === '*';
  return new EnvHttpProxyAgent({
    ...options,
    proxyTls: { timeout: connectTimeoutMs },
    // Empty, and not undefined: the environment has been read already.
    httpProxy: proxy.http ?? '',
    httpsProxy: proxy.https ?? '',
    noProxy: isOff ? '*' : `${LOOPBACK},${proxy.exceptions}`,
  });
}

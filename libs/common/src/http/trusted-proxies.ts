import { compile } from '@fastify/proxy-addr';
import type { AppConfig } from '../config/app-config.js';

/** Whether the sender of a request at this address, so many hops from us, is a proxy that is believed what it says about its own callers. */
export type TrustedProxies = (address: string, hop: number) => boolean;

/** A number counts the proxies in front of us. Throws when the setting names something that is no address. */
export function trustedProxies(setting: AppConfig['http']['trustProxy']): TrustedProxies {
  if (typeof setting === 'boolean') return () => setting;
  return typeof setting === 'number' ? (_address, hop) => hop < setting : compile(setting);
}

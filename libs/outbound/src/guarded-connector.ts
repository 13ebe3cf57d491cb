import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import type { AllowList } from './allow-list.js';
import { OutboundError } from './outbound-error.js';
import { isPublicAddress } from './public-address.js';

const CONNECT_TIMEOUT_MS = 10_000;

export interface ResolvedAddress {
  address: string;
  family: number;
}

export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

export const resolveByDns: Resolve = (hostname) => lookup(hostname, { all: true, verbatim: true });

/**
 * Dials public addresses, and what the allow list names. A name is resolved once, all its addresses are checked, and one of those checked is
 * dialled: an answer that changes between the look and the call changes nothing.
 */
export function guardedConnector(allowed: AllowList, resolve: Resolve): buildConnector.connector {
  const isRefused = (address: string): boolean => !isPublicAddress(address) && !allowed.hasAddress(address);
  const dialling = { timeout: CONNECT_TIMEOUT_MS };
  const dialNamed = buildConnector({ ...dialling, lookup: lookupWith(resolve, () => false) });
  const dialChecked = buildConnector({ ...dialling, lookup: lookupWith(resolve, isRefused) });
  return (options, callback) => {
    const { hostname, protocol } = options;
    const port = options.port || (protocol === 'https:' ? '443' : '80');
    if (allowed.hasHost(hostname, port)) return dialNamed(options, callback);
    // No name is looked up for an address: it is checked here.
    if (isIP(hostname) !== 0 && isRefused(hostname)) return callback(new OutboundError('refused_address'), null);
    dialChecked(options, callback);
  };
}

const lookupWith =
  (resolve: Resolve, isRefused: (address: string) => boolean): LookupFunction =>
  (hostname, { all }, answer) => {
    const give = ([first, ...others]: ResolvedAddress[]): void => {
      if (first === undefined) answer(new OutboundError('unreachable'), '', 0);
      else if ([first, ...others].some(({ address }) => isRefused(address)))
        answer(new OutboundError('refused_address'), '', 0);
      else if (all) answer(null, [first, ...others]);
      else answer(null, first.address, first.family);
    };
    resolve(hostname).then(give, (error: NodeJS.ErrnoException) => answer(error, '', 0));
  };

import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';
import { unwrapped } from './public-address.js';

interface AllowedHost {
  host: string;
  /** Null allows every port. */
  port: string | null;
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The private targets that the operator has named on purpose: hosts, hosts with a port, and networks. */
export class AllowList {
  private readonly hosts: AllowedHost[] = [];
  private readonly networks: Network[] = [];

  /** Throws when an entry cannot be read. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      if (entry.includes('/')) this.networks.push(networkOf(entry));
      else this.hosts.push(hostOf(entry));
    }
  }

  /** Whether the host is named; whatever address it has is allowed then. */
  hasHost(hostname: string, port: string): boolean {
    const wanted = plainHost(hostname);
    return this.hosts.some((allowed) => allowed.host === wanted && (allowed.port === null || allowed.port === port));
  }

  hasAddress(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = unwrapped(ipaddr.parse(text));
    return this.networks.some(([network, bits]) => network.kind() === address.kind() && address.match([network, bits]));
  }
}

function networkOf(entry: string): Network {
  try {
    return ipaddr.parseCIDR(entry);
  } catch {
    throw unreadable(entry);
  }
}

function hostOf(entry: string): AllowedHost {
  const text = isIP(entry) === 6 ? `[${entry}]` : entry;
  const port = /:(\d+)$/.exec(text)?.[1] ?? null;
  if (!URL.canParse(`http://${text}/`)) throw unreadable(entry);
  const { host, hostname, pathname } = new URL(`http://${text}/`);
  if (host === '' || pathname !== '/') throw unreadable(entry);
  return { host: plainHost(hostname), port };
}

/** Without the brackets of IPv6, and without the dot that ends a complete name. */
const plainHost = (hostname: string): string =>
  hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');

const unreadable = (entry: string): Error =>
  new Error(`OUTBOUND_ALLOW_HOSTS: "${entry}" is neither a host, a host:port nor a network like 10.0.0.0/8.`);

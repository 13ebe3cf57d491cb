import { AppConfig, parseEnvironment } from '@app/common';
import type { AddressInfo, Server } from 'node:net';
import type { Resolve } from '../../../libs/outbound/src/guarded-connector.js';
import { OutboundClient, type OutboundRequest } from '../../../libs/outbound/src/outbound-client.js';
import { OutboundError } from '../../../libs/outbound/src/outbound-error.js';

export const REQUEST: OutboundRequest = { json: { city: 'Bern' }, timeoutMs: 5000, maxBytes: 100_000 };

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;
export const listen = (server: Server, host: string): Promise<void> =>
  new Promise((resolve, reject) => server.once('error', reject).listen(0, host, resolve));

const clients: OutboundClient[] = [];
export function clientOf(allowHosts = '', resolve?: Resolve): OutboundClient {
  const config = new AppConfig(parseEnvironment({ OUTBOUND_ALLOW_HOSTS: allowHosts }));
  const client = new OutboundClient(config, resolve);
  clients.push(client);
  return client;
}
export const closeClients = async (): Promise<void> => {
  await Promise.all(clients.splice(0).map((client) => client.onApplicationShutdown()));
};

export async function failureOf(posting: Promise<unknown>): Promise<string> {
  const error: unknown = await posting.then(
    () => new Error('It went through.'),
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(OutboundError);
  return (error as OutboundError).failure;
}

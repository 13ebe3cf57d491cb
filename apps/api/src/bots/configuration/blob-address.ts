/**
 * The account's address out of a storage connection string (or an address with a signature): never a key. Empty when there is none to
 * be found.
 */
export function blobAddressOf(connection: string): string {
  if (/^https?:\/\//i.test(connection)) return addressOf(connection);
  const parts = new Map(
    connection.split(';').map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const endpoint = parts.get('blobendpoint');
  if (endpoint) return addressOf(endpoint);
  const account = parts.get('accountname');
  const protocol = parts.get('defaultendpointsprotocol') ?? 'https';
  const suffix = parts.get('endpointsuffix') ?? 'core.windows.net';
  return account ? addressOf(`${protocol}://${account}.blob.${suffix}/`) : '';
}

function addressOf(text: string): string {
  if (!URL.canParse(text)) return '';
  const { origin, pathname } = new URL(text);
  return origin === 'null' ? '' : origin + pathname;
}

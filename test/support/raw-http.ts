import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const DROP_MS = 200;

/**
 * Sends bytes as they are, for what no well-behaved client would send, and reads one answer until the server hangs up. `drop` follows
 * from time to time, at most so many of them.
 */
export async function sendRaw(
  url: string,
  request: string | Buffer,
  drop?: string,
  count = Number.POSITIVE_INFINITY,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let dropped = 0;
    const dripping = setInterval(() => {
      if (drop === undefined || ++dropped > count) clearInterval(dripping);
      else if (socket.writable) socket.write(drop);
    }, DROP_MS);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      clearInterval(dripping);
      resolve();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (chunks.length > 0 ? resolve() : reject(error)));
  });
  const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: rest.join('\r\n\r\n'),
  };
}

import { destination, type DestinationStream } from 'pino';

/** Of lines that cannot be written at the moment so many characters are kept; what comes on top is lost. */
const KEPT = 1_000_000;

/** Where log lines go: a file by its descriptor or name. A disk without room costs lines of the log, and never the server. */
export function logDestination(dest: number | string): DestinationStream {
  return destination({ dest, sync: true, maxLength: KEPT }).on('error', () => undefined);
}

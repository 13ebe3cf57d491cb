const LISTEN_FAULTS = ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'];

/** Why the server cannot run: one sentence for what its owner can change, the whole stack for what is our own mistake. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && LISTEN_FAULTS.includes(code) && syscall === 'listen') {
    return `Cannot listen: ${error.message}. Set PORT or HOST to another address.`;
  }
  if (syscall === 'getaddrinfo') return `Cannot resolve this host name: ${error.message}. Check HOST and DATABASE_URL.`;
  if (syscall === 'mkdir') return `Cannot make the data folder: ${error.message}. Check DATA_DIR.`;
  if (code?.startsWith('ER_')) return `The database refuses: ${error.message}. Check DATABASE_URL.`;
  if (syscall === 'connect') return `Cannot reach the database: ${error.message}. Check DATABASE_URL.`;
  const isOurMistake = ['TypeError', 'ReferenceError', 'SyntaxError', 'RangeError'].includes(error.name);
  return isOurMistake ? (error.stack ?? error.message) : error.message;
}

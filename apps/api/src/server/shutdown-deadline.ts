/** For what comes after the running requests: it is quick, or it hangs. */
const LAST_STEPS_MS = 1500;

/**
 * Ends the process some time after it was told to, whatever hangs then: a call to another service, a connection that does not close.
 * Nothing acknowledged is lost by it.
 */
export function endInTime(graceMs: number): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => {
        process.stderr.write('Not everything has ended within SHUTDOWN_GRACE_SECONDS; the process ends now.\n');
        process.exit(1);
      }, graceMs + LAST_STEPS_MS).unref();
    });
  }
}

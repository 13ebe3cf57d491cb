import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LOOK_MS = 500;

/**
 * Ends this process with the `npm run` that started it. npm runs a script in a shell and passes a signal on to that shell alone, which
 * ends without its child; on Windows not even the shell is told, so there npm itself is watched.
 */
export async function endWithNpm(): Promise<void> {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  const npm = process.platform === 'win32' ? await parentOf(shell) : null;
  const timer = setInterval(() => {
    if (npm === null ? process.ppid === shell : isAlive(npm)) return;
    clearInterval(timer);
    // As the signal would have done it, on every platform.
    if (!process.emit('SIGTERM', 'SIGTERM')) process.exit();
  }, LOOK_MS).unref();
}

async function parentOf(pid: number): Promise<number> {
  const query = `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").ParentProcessId`;
  const { stdout } = await promisify(execFile)('powershell', ['-NoProfile', '-Command', query]);
  return Number(stdout);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

import { ProviderError } from '@app/openai';
import { ServiceGate, type Passage } from './service-gate.js';

const OPEN_MS = 10_000;
const OUTAGE = new ProviderError('PROVIDER_UNREACHABLE');
const FILTERED = new ProviderError('PROVIDER_CONTENT_FILTERED');

describe('ServiceGate', () => {
  let gate: ServiceGate;
  let now: number;

  const pass = <T>(call: () => Promise<T>, more: Partial<Passage> = {}): Promise<T> =>
    gate.pass({ model: 'm', patienceMs: 60_000, queueMs: 60_000, signal: new AbortController().signal, ...more }, call);
  const answer = (more?: Partial<Passage>): Promise<string> => pass(() => Promise.resolve('answer'), more);
  const fail = async (error: Error): Promise<void> => {
    const failing = jest.fn<Promise<never>, []>().mockRejectedValue(error);
    await expect(pass(failing)).rejects.toBe(error);
  };
  const openUp = async (): Promise<void> => {
    await fail(OUTAGE);
    await fail(OUTAGE);
  };

  beforeEach(() => {
    now = 1_000_000;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    gate = new ServiceGate({ failures: 2, openMs: OPEN_MS });
    gate.adopt(1, null);
  });
  afterEach(() => jest.restoreAllMocks());

  it('opens after so many outages in a row, says for how long, and lets one trial through after that', async () => {
    await openUp();
    await expect(answer()).rejects.toMatchObject({ reason: 'open', retryAfterMs: OPEN_MS });
    now += OPEN_MS;
    let end: ((result: string) => void) | undefined;
    const trial = pass(() => new Promise<string>((resolve) => (end = resolve)));
    await expect(answer()).rejects.toMatchObject({ reason: 'open' });
    end?.('trial');
    expect(await trial).toBe('trial');
    expect(await answer()).toBe('answer');
    expect(gate.isOpen).toBe(false);
  });

  it('opens again after a trial that failed', async () => {
    await openUp();
    now += OPEN_MS;
    await fail(OUTAGE);
    await expect(answer()).rejects.toMatchObject({ reason: 'open', retryAfterMs: OPEN_MS });
  });

  it('takes what a service says about a request for a sign that it works', async () => {
    await fail(OUTAGE);
    await fail(FILTERED);
    expect(gate.isOpen).toBe(false);
    await fail(OUTAGE);
    now += OPEN_MS;
    await fail(FILTERED);
    expect(gate.isOpen).toBe(false);
  });

  it('learns nothing from calls that were stopped', async () => {
    const stop = async (): Promise<void> => {
      const stopped = new AbortController();
      const call = pass(
        async () => {
          await Promise.resolve();
          stopped.abort();
        },
        { signal: stopped.signal },
      );
      await expect(call).rejects.toBeDefined();
    };
    await fail(OUTAGE);
    await stop();
    await fail(OUTAGE);
    expect(gate.isOpen).toBe(true);
    now += OPEN_MS;
    await stop();
    await expect(answer()).rejects.toMatchObject({ reason: 'open' });
  });

  it('never opens without a breaker', async () => {
    gate = new ServiceGate({ failures: 0, openMs: OPEN_MS });
    gate.adopt(1, null);
    await openUp();
    expect(await answer()).toBe('answer');
  });

  it('lets one model alone for as long as asked, and skips it at once where that is too long', async () => {
    gate.leaveAlone('m', 5000);
    gate.leaveAlone('m', 10);
    await expect(answer({ patienceMs: 4999 })).rejects.toMatchObject({ reason: 'limited', retryAfterMs: 5000 });
    expect(await answer({ model: 'other' })).toBe('answer');
    now += 5000;
    expect(await answer({ patienceMs: 0 })).toBe('answer');
  });

  it('begins without a past when the service has been changed, and keeps the places that are taken', async () => {
    await openUp();
    gate.leaveAlone('m', 5000);
    const release = await gate.slots.take(0, new AbortController().signal);
    gate.adopt(2, 1);
    await expect(answer({ queueMs: 0 })).rejects.toMatchObject({ reason: 'full' });
    release?.();
    expect(await answer()).toBe('answer');
    await openUp();
    gate.adopt(1, null);
    expect(gate.isOpen).toBe(true);
  });

  it('gives the place back, whatever happens', async () => {
    gate.adopt(2, 1);
    const stopped = new AbortController();
    const running = pass(() => new Promise<never>((_, reject) => stopped.signal.addEventListener('abort', reject)));
    const waiting = answer({ signal: stopped.signal });
    await expect(answer({ queueMs: 0 })).rejects.toMatchObject({ reason: 'full' });
    stopped.abort();
    await expect(running).rejects.toBeDefined();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await fail(FILTERED);
    expect(gate.slots).toMatchObject({ running: 0, waiting: 0 });
  });

  it('makes those that waited in line wait once more when the service has asked to be left alone meanwhile', async () => {
    gate.adopt(2, 1);
    let end = (): void => undefined;
    const first = pass(() => new Promise<void>((resolve) => (end = resolve)));
    await expect(answer({ queueMs: 0 })).rejects.toMatchObject({ reason: 'full' });
    const second = answer({ patienceMs: 1000 });
    gate.leaveAlone('m', 5000);
    end();
    await first;
    await expect(second).rejects.toMatchObject({ reason: 'limited' });
    expect(gate.slots.running).toBe(0);
  });
});

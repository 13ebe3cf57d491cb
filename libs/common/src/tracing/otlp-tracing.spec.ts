import { Collector, type Mood } from '../../../../test/support/tracing/collector.js';
import { eventually } from '../../../../test/support/eventually.js';
import { OtlpTracing, type TracingSettings } from './otlp-tracing.js';
import { inSpan, withSpan } from './span.js';

const QUEUE = 4096;
const MOST_CHILDREN = 200;

describe('traces to a collector', () => {
  let collector: Collector;
  let tracing: OtlpTracing;
  let reports: (string | null)[];

  const open = (changes: Partial<TracingSettings> = {}): OtlpTracing => {
    const url = `${collector.url}/v1/traces`;
    const settings = { url, headers: {}, serviceName: 'test', sampler: 'always_on', ratio: 1, ...changes } as const;
    const own: typeof reports = (reports = []);
    return new OtlpTracing(settings, (failure) => own.push(failure));
  };
  const startAndEnd = (count: number): void => {
    for (let index = 0; index < count; index++) tracing.start(`span ${index}`, { kind: 'internal' }).end();
  };

  beforeEach(async () => {
    collector = await new Collector().start();
    tracing = open();
  });
  afterEach(async () => {
    await tracing.stop();
    await collector.stop();
  });

  it('are dropped where a silent collector would let them pile up', async () => {
    collector.mood = 'silent';
    startAndEnd(10 * QUEUE);
    await eventually(() => collector.requests > 0);
    collector.mood = 'well';
    await tracing.stop();
    expect(collector.spans.length).toBeLessThanOrEqual(QUEUE);
  });

  it.each<Mood>(['silent', 'refusing'])(
    'do not keep the server from stopping when the collector is %s',
    async (mood) => {
      collector.mood = mood;
      startAndEnd(10);
      await tracing.stop();
      expect(collector.spans).toEqual([]);
    },
  );

  it('are missed aloud, once, and so is their return', async () => {
    collector.mood = 'refusing';
    startAndEnd(1);
    await eventually(() => reports.length > 0);
    startAndEnd(1);
    await eventually(() => collector.requests > 1);
    collector.mood = 'well';
    startAndEnd(1);
    await eventually(() => collector.spans.length > 0);
    await eventually(() => reports.length > 1);
    expect(reports).toEqual([expect.any(String), null]);
  });

  it('have a bounded number of spans below one', async () => {
    const root = tracing.start('root', { kind: 'server' });
    await withSpan(root, async () => {
      for (let index = 0; index < MOST_CHILDREN + 50; index++) await inSpan('child', {}, () => Promise.resolve());
    });
    root.end();
    await tracing.stop();
    expect(collector.spans.filter(({ name }) => name === 'child')).toHaveLength(MOST_CHILDREN);
    expect(collector.spans.find(({ name }) => name === 'root')!.attributes).toEqual({ 'baton.children_left_out': 50 });
  });

  it('tell of an error its code alone', async () => {
    const error = Object.assign(new Error('what the customer said'), { code: 'ER_DUP_ENTRY' });
    const root = tracing.start('root', { kind: 'server' });
    await expect(withSpan(root, () => inSpan('child', {}, () => Promise.reject(error)))).rejects.toBe(error);
    root.end();
    await tracing.stop();
    const child = collector.spans.find(({ name }) => name === 'child')!;
    expect(child).toMatchObject({ status: 2, attributes: { 'error.type': 'ER_DUP_ENTRY' }, events: [] });
  });

  it('get nothing from work that outlives its request', async () => {
    const root = tracing.start('root', { kind: 'server' });
    root.end();
    const result = await withSpan(root, () => inSpan('late', {}, () => Promise.resolve('done')));
    await tracing.stop();
    expect(result).toBe('done');
    expect(collector.spans.map(({ name }) => name)).toEqual(['root']);
  });

  it.each([
    ['always_off', 0],
    ['parentbased_always_off', 0],
    ['parentbased_traceidratio', 0],
    ['parentbased_always_on', 1],
  ] as const)('are sampled by %s', async (sampler, expected) => {
    await tracing.stop();
    tracing = open({ sampler, ratio: 0 });
    startAndEnd(1);
    await tracing.stop();
    expect(collector.spans).toHaveLength(expected);
  });
});

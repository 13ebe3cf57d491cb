import { assess, evidenceOf, type Outcome } from './assess-health.js';

const NOW = 10_000_000;
const call = (code: string | null, age = 0): Outcome => ({ at: NOW - age, code, isProbe: false });
const probe = (code: string | null, age = 0): Outcome => ({ at: NOW - age, code, isProbe: true });
const times = (count: number, outcome: Outcome): Outcome[] => Array.from({ length: count }, () => outcome);
const FAILED = call('PROVIDER_TIMEOUT');
const LIMITED = call('PROVIDER_RATE_LIMITED');
const WORKED = call(null);

describe('the health of a service', () => {
  it.each<[string, Outcome[], boolean, string, string | null]>([
    ['nothing', [], false, 'unknown', null],
    ['nothing but an open circuit', [], true, 'down', 'MODEL_SERVICE_UNAVAILABLE'],
    ['calls that worked', times(20, WORKED), false, 'up', null],
    ['a failure now and then', [...times(18, WORKED), FAILED, WORKED], false, 'up', null],
    ['a failure too many', [...times(16, WORKED), ...times(2, FAILED), WORKED, FAILED], false, 'degraded', FAILED.code],
    ['limits', times(3, LIMITED), false, 'degraded', LIMITED.code],
    ['one failure', [FAILED], false, 'degraded', FAILED.code],
    ['failures in a row', [...times(17, WORKED), ...times(3, FAILED)], false, 'down', FAILED.code],
    ['success after them', [...times(3, FAILED), WORKED], false, 'degraded', FAILED.code],
    ['an open circuit', [WORKED, FAILED], true, 'down', FAILED.code],
    ['an open circuit and a newer probe that worked', [FAILED, probe(null)], true, 'degraded', FAILED.code],
    ['a probe that failed', [probe('PROVIDER_AUTH_FAILED')], false, 'down', 'PROVIDER_AUTH_FAILED'],
    ['a probe that worked', [probe(null)], false, 'up', null],
  ])('is told from %s', (_what, evidence, isOpen, state, code) => {
    expect(assess(evidence, isOpen)).toEqual({ state, code });
  });

  it('is told from what is recent, and from the probe while nothing newer is known', () => {
    const old = 400_000;
    expect(evidenceOf([call('PROVIDER_ERROR', old)], null, NOW)).toEqual([]);
    expect(evidenceOf([call('PROVIDER_ERROR', old)], probe(null, old), NOW)).toEqual([probe(null, old)]);
    expect(evidenceOf([WORKED], probe('undecryptable', old), NOW)).toEqual([WORKED]);
    expect(evidenceOf([call(null, 10), WORKED], probe(null, 5), NOW)).toEqual([call(null, 10), probe(null, 5), WORKED]);
    expect(evidenceOf(times(50, WORKED), null, NOW)).toHaveLength(20);
  });
});

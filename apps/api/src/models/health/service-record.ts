import { databaseTime } from '@app/common';
import { assess, evidenceOf, type Assessment, type Outcome } from './assess-health.js';

const MOST_KEPT = 40;

/** What a service's row says about a probe. */
export interface ProbeOutcome {
  checkedAt: string;
  problem: { code: string } | null;
}

/** What this instance knows of a service. */
export class ServiceRecord {
  name = '';
  isActive = true;
  current: Assessment = { state: 'unknown', code: null };
  /** When the state became what it is; null as long as nothing was known. */
  since: number | null = null;
  private calls: Outcome[] = [];
  private probe: Outcome | null = null;
  private revision = -1;

  /** A call of a service as it was before an administrator changed it says nothing about what it is now. */
  addCall(code: string | null, revision: number): void {
    if (revision < this.revision) return;
    this.adopt(revision);
    this.calls.push({ at: databaseTime().getTime(), code, isProbe: false });
    if (this.calls.length > MOST_KEPT) this.calls = this.calls.slice(-MOST_KEPT / 2);
  }

  setProbe(probe: ProbeOutcome | null, revision: number): void {
    this.adopt(revision);
    this.probe = probe && { at: Date.parse(probe.checkedAt), code: probe.problem?.code ?? null, isProbe: true };
  }

  /** What it was before; null when the state has not changed. */
  reassess(isCircuitOpen: boolean, now = databaseTime().getTime()): Assessment | null {
    const before = this.current;
    const evidence = evidenceOf(this.calls, this.probe, now);
    this.current = assess(evidence, isCircuitOpen);
    if (this.current.state === before.state) return null;
    this.since = this.since === null ? (evidence.at(-1)?.at ?? now) : now;
    return before;
  }

  private adopt(revision: number): void {
    if (revision <= this.revision) return;
    if (this.revision !== -1) this.calls = [];
    this.revision = revision;
  }
}

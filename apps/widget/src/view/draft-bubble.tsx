import { useEffect, useState } from 'preact/hooks';
import type { Surroundings } from './app.js';
import { focusLog } from './focus.js';
import type { Draft } from '../chat/outbox.js';
import { wordsOfError } from '../words.js';

const SECOND_MS = 1000;

/** A message that the log does not hold yet, and what becomes of it. */
export function DraftBubble({ draft, parts }: { draft: Draft; parts: Surroundings }) {
  const { texts, session } = parts;
  return (
    <div class="line mine">
      <span class="visually-hidden">{texts.you}: </span>
      <div class={`bubble plain ${draft.state}`}>{draft.text}</div>
      <span
        class={`state ${draft.state === 'failed' ? 'trouble' : ''}`}
        role={draft.state === 'failed' ? 'alert' : undefined}
      >
        <DraftState draft={draft} parts={parts} />
      </span>
      {draft.state === 'failed' && (
        <span class="state-actions">
          <button type="button" class="link-button" onClick={(event) => (focusLog(event), session.retry(draft.key))}>
            {texts.retry}
          </button>
          <button type="button" class="link-button" onClick={(event) => (focusLog(event), session.discard(draft.key))}>
            {texts.discard}
          </button>
        </span>
      )}
    </div>
  );
}

function DraftState({ draft, parts: { texts } }: { draft: Draft; parts: Surroundings }) {
  const seconds = useCountdown(draft.retryAt);
  if (draft.retryAt !== null) return <>{texts.tooMany(seconds)}</>;
  if (draft.state === 'failed') return <>{`${texts.notSent} ${wordsOfError(draft.error ?? '', texts)}`}</>;
  return <>{draft.state === 'sent' ? texts.sent : texts.sending}</>;
}

/** Whole seconds until then. */
function useCountdown(until: number | null): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until === null) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(1, Math.ceil(((until ?? now) - now) / SECOND_MS));
}

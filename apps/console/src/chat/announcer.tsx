import { useEffect, useRef, useState } from 'react';
import { useTexts } from '../texts/texts.js';
import type { Conversation, Message } from './conversation.js';

const LONGEST = 300;

/** Says to those who listen what was said last: whole messages, and none that was there before. */
export function Announcer({ conversation: { lines, isComplete } }: { conversation: Conversation }) {
  const { t } = useTexts();
  const [words, setWords] = useState('');
  const known = useRef<string | null>(null);
  const last = lines.findLast((line): line is Message => line.kind === 'message' && line.status !== 'streaming');
  useEffect(() => {
    if (!isComplete || last === undefined) return;
    const wasKnown = known.current;
    known.current = last.id;
    if (wasKnown === null || wasKnown === last.id) return;
    setWords(`${last.name || t(`author.${last.author}`)}: ${last.text.slice(0, LONGEST)}`);
  }, [isComplete, last, t]);
  return (
    <p className="visually-hidden" aria-live="polite">
      {words}
    </p>
  );
}

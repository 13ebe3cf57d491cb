import { useEffect, useRef, useState } from 'preact/hooks';
import type { Surroundings } from './app.js';
import type { Line } from '../chat/conversation.js';
import { nameOf } from './line-view.js';
import { wordsOfFailure, wordsOfPassing } from '../words.js';

/** Reads out what is new and finished: whole messages of others, not every word of them. */
export function Announcer(parts: Surroundings) {
  const { lines } = parts.view.conversation;
  const isReady = parts.view.phase === 'ready';
  const known = useRef<Set<string> | null>(null);
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    if (!isReady) {
      known.current = null;
      return;
    }
    const finished = lines.filter((line) => spokenOf(line, parts) !== null);
    const fresh: Line[] = [];
    // What comes to stand before a line that is known is older, and was asked for.
    for (const line of finished.toReversed()) {
      if (known.current === null || known.current.has(line.id)) break;
      fresh.unshift(line);
    }
    known.current = new Set(finished.map(({ id }) => id));
    if (fresh.length > 0) setSpoken(fresh.map((line) => spokenOf(line, parts)).join('\n'));
  }, [lines, isReady]);
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {spoken || null}
    </div>
  );
}

function spokenOf(line: Line, parts: Surroundings): string | null {
  const { texts, bot } = parts;
  switch (line.kind) {
    case 'message':
      if (line.author === 'customer' || line.status === 'streaming') return null;
      return line.author === 'system' ? line.text : `${nameOf(line, parts)}: ${line.text}`;
    case 'passing':
      return wordsOfPassing(line, texts, bot);
    case 'failure':
      return wordsOfFailure(line.code, texts);
    case 'remark':
      return texts[line.text];
  }
}

import { useEffect, useRef } from 'preact/hooks';
import type { HostFrame } from '../host-frame.js';
import type { View } from '../view/view.js';

/** Tells the launcher how many messages of others came while the page was not shown. */
export function useUnread({ conversation, phase }: View, frame: HostFrame): void {
  const isReady = phase === 'ready';
  const count = conversation.lines.filter(
    (line) =>
      line.kind === 'message' && (line.author === 'bot' || line.author === 'agent') && line.status !== 'streaming',
  ).length;
  const latest = useRef(count);
  const seen = useRef<number | null>(null);
  latest.current = count;
  useEffect(() => {
    // What is there from the beginning is not new.
    if (!isReady) seen.current = null;
    else if (seen.current === null || frame.isShown || count < seen.current) seen.current = count;
    frame.tellUnread(seen.current === null ? 0 : count - seen.current);
  }, [count, isReady, frame]);
  useEffect(
    () =>
      frame.onShown((isShown) => {
        // Up to here everything was in view, or is now.
        if (seen.current !== null) seen.current = latest.current;
        if (isShown) frame.tellUnread(0);
      }),
    [frame],
  );
}

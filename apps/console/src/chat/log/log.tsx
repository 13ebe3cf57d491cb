import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useDesk } from '../../live/desk-context.js';
import { useStore } from '../../live/store.js';
import { Avatar } from '../../parts/avatar.js';
import { DownIcon } from '../../parts/icons.js';
import { dayOf } from '../../texts/moments.js';
import { useTexts } from '../../texts/texts.js';
import type { Conversation } from '../conversation.js';
import { logItems, type LogItem } from './log-items.js';
import lineStyle from './lines.module.css';
import style from './log.module.css';
import { Dots, MessageLine } from './message-line.js';
import { AsideLine, FailureLine, PassingLine, ToolLine } from './other-lines.js';
import type { Outbox, Sending } from '../reply/outbox.js';
import { SendingLine } from './sending-line.js';

const NEAR_END = 120;
const ESTIMATE = 72;

interface LogProps {
  chatId: string;
  conversation: Conversation;
  outbox: Outbox;
  sendings: readonly Sending[];
}

/** The log of a chat, as it happens. It follows what is new while its end is in view, and stays where it is while one reads above. */
export function Log({ chatId, conversation, outbox, sendings }: LogProps) {
  const { t } = useTexts();
  const { live, me } = useDesk();
  const typist = useStore(live.typing)[chatId];
  const otherTypist = typist !== undefined && typist.id !== String(me.userId) ? typist : undefined;
  const items = useMemo(
    () => logItems(conversation.lines, sendings, otherTypist),
    [conversation.lines, sendings, otherTypist],
  );
  const scroll = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (items[index]!.kind === 'edge' ? 16 : ESTIMATE),
    getItemKey: (index) => items[index]!.id,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
    overscan: 8,
  });
  const { isComplete } = conversation;
  useLayoutEffect(() => rows.scrollToEnd(), [rows, isComplete]);
  // What one sends oneself is always looked at.
  const newestSending = sendings.at(-1)?.id;
  useEffect(() => {
    if (newestSending !== undefined) rows.scrollToEnd();
  }, [rows, newestSending]);
  return (
    <div className={style.frame}>
      <div
        className={style.scroll}
        ref={scroll}
        role="log"
        aria-live="off"
        aria-label={t('log')}
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END)
        }
      >
        <div className={style.lines} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              ref={rows.measureElement}
              data-index={index}
              className={style.slot}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Item item={items[index]!} outbox={outbox} />
            </div>
          ))}
        </div>
      </div>
      {!isAtEnd && (
        <button type="button" className={style.toEnd} onClick={() => rows.scrollToEnd({ behavior: 'auto' })}>
          <DownIcon size={14} />
          {t('toEnd')}
        </button>
      )}
    </div>
  );
}

function Item({ item, outbox }: { item: LogItem; outbox: Outbox }) {
  const { t, locale } = useTexts();
  const { me } = useDesk();
  switch (item.kind) {
    case 'edge':
      return <div className={style.edge} />;
    case 'day':
      return (
        <h2 className={style.day}>
          <time dateTime={item.at}>{dayOf(item.at, locale)}</time>
        </h2>
      );
    case 'sending':
      return <SendingLine sending={item.sending} outbox={outbox} />;
    case 'typing':
      return (
        <div className={lineStyle.line}>
          <span className={lineStyle.face}>
            <Avatar kind={item.actor.kind} name={item.actor.name} />
          </span>
          <div className={lineStyle.bubble}>
            <Dots />
            <span className="visually-hidden">{t('isTyping', { name: item.actor.name })}</span>
          </div>
        </div>
      );
    case 'line':
      return <Line item={item} me={String(me.userId)} />;
  }
}

function Line({ item: { line, isFollowUp }, me }: { item: Extract<LogItem, { kind: 'line' }>; me: string }) {
  switch (line.kind) {
    case 'message':
      return (
        <MessageLine message={line} isMine={line.author === 'agent' && line.authorId === me} isFollowUp={isFollowUp} />
      );
    case 'note':
    case 'whisper':
      return <AsideLine aside={line} />;
    case 'passing':
      return <PassingLine passing={line} />;
    case 'tool':
      return <ToolLine call={line} />;
    case 'failure':
      return <FailureLine failure={line} />;
  }
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Surroundings } from './app.js';
import { isBotThinking } from '../chat/conversation.js';
import { DraftBubble } from './draft-bubble.js';
import { focusIfLost, focusLog } from './focus.js';
import { DownIcon } from './icons.js';
import { LineView } from './line-view.js';
import { Markdown } from './markdown-view.js';
import { inLanguage } from '../settings.js';
import { Typing } from './typing.js';

/** This near to the end counts as being there, in pixels. */
const NEAR = 60;

/** Everything that was said, the newest at the end. Stays there while the reader is there, and stands still while not. */
export function Messages(parts: Surroundings) {
  const { session, view, texts, settings, bot } = parts;
  const { conversation, drafts, hasEarlier, typist, phase } = view;
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  /** Before that, the greeting is read from its start. */
  const hasBegun = useRef(false);
  const before = useRef({ first: '', height: 0 });
  const [isAway, setAway] = useState(false);
  const follow = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = log.current!;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
    setAway(!isAtEnd.current);
  };
  const toEnd = (): void => {
    isAtEnd.current = true;
    setAway(false);
    log.current!.scrollTop = log.current!.scrollHeight;
  };
  const stay = (): void => {
    if (isAtEnd.current && hasBegun.current) log.current!.scrollTop = log.current!.scrollHeight;
  };
  useEffect(() => {
    const sizes = new ResizeObserver(stay);
    sizes.observe(log.current!);
    return () => sizes.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = log.current!;
    const first = conversation.lines[0]?.id ?? '';
    const isPrepended = before.current.first !== '' && first !== before.current.first;
    if (isPrepended && !isAtEnd.current) element.scrollTop += element.scrollHeight - before.current.height;
    stay();
    before.current = { first, height: element.scrollHeight };
  });
  // One's own message is always wanted to be seen.
  useLayoutEffect(() => {
    if (drafts.length > 0) toEnd();
  }, [drafts.length]);

  // The button for what was earlier goes when there is no more.
  useLayoutEffect(() => {
    if (!hasEarlier) focusIfLost(log.current);
  }, [hasEarlier]);

  const greeting = inLanguage(settings.bot.greeting, settings.language).trim();
  const isBeginning = !hasEarlier && (phase === 'ready' || !view.hasChat);
  const isUnused = conversation.lines.every(({ kind }) => kind === 'remark') && drafts.length === 0;
  hasBegun.current = conversation.lines.length + drafts.length > 0;
  const who = typist !== '' ? typist : isBotThinking(conversation) ? bot : '';
  return (
    <div class="log-frame">
      <div
        id="chat-messages"
        class="log"
        role="log"
        aria-live="off"
        aria-label={texts.messages}
        tabIndex={0}
        ref={log}
        onScroll={follow}
        onLoadCapture={stay}
      >
        {phase === 'starting' && view.hasChat && <p class="aside">{texts.loading}</p>}
        {hasEarlier && (
          <button type="button" class="quiet-button earlier" onClick={() => void session.loadEarlier()}>
            {texts.earlier}
          </button>
        )}
        {isBeginning && greeting !== '' && (
          <div class="line theirs">
            <span class="name">{bot}</span>
            <div class="bubble">
              <Markdown text={greeting} texts={texts} />
            </div>
          </div>
        )}
        {isBeginning && isUnused && <SampleQuestions {...parts} />}
        {conversation.lines.map((line, index) => (
          <LineView key={line.id} line={line} previous={conversation.lines[index - 1]} parts={parts} />
        ))}
        {drafts.map((draft) => (
          <DraftBubble key={draft.key} draft={draft} parts={parts} />
        ))}
        {who !== '' && <Typing name={who} texts={texts} />}
      </div>
      {isAway && (
        <button
          type="button"
          class="to-end"
          aria-label={texts.toNewest}
          title={texts.toNewest}
          onClick={() => {
            log.current!.focus();
            toEnd();
          }}
        >
          <DownIcon />
        </button>
      )}
    </div>
  );
}

function SampleQuestions({ settings, session }: Surroundings) {
  const questions = settings.bot.sampleQuestions.map((each) => inLanguage(each, settings.language)).filter(Boolean);
  if (questions.length === 0) return null;
  return (
    <ul class="questions">
      {questions.map((question) => (
        <li key={question}>
          <button
            type="button"
            onClick={(event) => {
              focusLog(event);
              session.say(question);
            }}
          >
            {question}
          </button>
        </li>
      ))}
    </ul>
  );
}

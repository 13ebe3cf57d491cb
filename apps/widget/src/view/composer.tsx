import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Surroundings } from './app.js';
import { runningMessage } from '../chat/conversation.js';
import { focusAtOnce, focusIfLost, isTouched } from './focus.js';
import { PersonIcon, SendIcon, StopIcon } from './icons.js';

const MAX_LENGTH = 32_000;
/** Who has not typed for so long types no longer. */
const IDLE_MS = 5000;
const IME_KEY = 229;

/** Where the visitor writes, and what else can be done with the chat. */
export function Composer({ input, ...parts }: Surroundings & { input: RefObject<HTMLElement | null> }) {
  const { session, view, texts } = parts;
  const [text, setText] = useState('');
  const isEmpty = text.trim() === '';
  const isTooLong = text.trim().length > MAX_LENGTH;
  const place = useCallback(
    (element: HTMLElement | null) => {
      input.current = element;
      focusIfLost(element);
    },
    [input],
  );

  useLayoutEffect(() => {
    const area = input.current;
    if (!(area instanceof HTMLTextAreaElement)) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text, input]);
  const isClosed = view.conversation.owner === 'closed';
  const isAnswering = view.conversation.owner === 'bot' && runningMessage(view.conversation) !== null;
  // The button that stops the answer goes with it.
  useLayoutEffect(() => {
    if (!isAnswering && !isTouched()) focusIfLost(input.current);
  }, [isAnswering, input]);
  useEffect(() => {
    if (isEmpty) return undefined;
    const timer = setTimeout(() => session.type(false), IDLE_MS);
    return () => clearTimeout(timer);
  }, [text, isEmpty, session]);

  const change = (value: string): void => {
    setText(value);
    session.type(value.trim() !== '');
  };
  const send = (): void => {
    if (isEmpty || isTooLong) return;
    session.type(false);
    session.say(text.trim());
    setText('');
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While letters are being composed, Enter belongs to the input method.
    const isComposing = event.isComposing || event.keyCode === IME_KEY;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    send();
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    send();
  };

  if (isClosed)
    return (
      <div id="chat-input" class="composer">
        <button type="button" class="main-button" ref={place} onClick={() => session.startNewChat()}>
          {texts.newChat}
        </button>
      </div>
    );
  return (
    <form id="chat-input" class="composer" onSubmit={onSubmit}>
      <div class="writing">
        <textarea
          id="message-input"
          ref={place}
          rows={1}
          dir="auto"
          value={text}
          placeholder={texts.write}
          aria-label={texts.write}
          aria-invalid={isTooLong}
          enterkeyhint="send"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {isAnswering && isEmpty && (
          <button
            type="button"
            class="round-button stop"
            aria-label={texts.stop}
            title={texts.stop}
            onClick={() => void session.stopAnswer()}
          >
            <StopIcon />
          </button>
        )}
        <button
          id="send-button"
          type="submit"
          class="round-button"
          aria-label={texts.send}
          title={texts.send}
          disabled={isEmpty || isTooLong}
          hidden={isAnswering && isEmpty}
        >
          <SendIcon />
        </button>
      </div>
      {isTooLong && (
        <p class="too-long" role="alert">
          {`${texts.textTooLong} ${text.trim().length} / ${MAX_LENGTH}`}
        </p>
      )}
      <ChatActions {...parts} />
    </form>
  );
}

/** Ask for a person, stop waiting for one, end the chat. */
function ChatActions({ session, view, texts }: Surroundings) {
  const [isEnding, setEnding] = useState(false);
  const { owner } = view.conversation;
  if (isEnding)
    return (
      <div
        class="actions"
        role="group"
        aria-label={texts.endQuestion}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          setEnding(false);
        }}
      >
        <span>{texts.endQuestion}</span>
        <button
          type="button"
          class="quiet-button grave"
          ref={focusAtOnce}
          onClick={() => void session.end().then(() => setEnding(false))}
        >
          {texts.yesEnd}
        </button>
        <button type="button" class="quiet-button edged" onClick={() => setEnding(false)}>
          {texts.keepChat}
        </button>
      </div>
    );
  return (
    <div class="actions">
      {owner === 'bot' && (
        <button
          type="button"
          class="quiet-button"
          ref={focusIfLost}
          disabled={view.phase !== 'ready'}
          onClick={() => void session.askForPerson()}
        >
          <PersonIcon />
          {texts.talkToPerson}
        </button>
      )}
      {owner === 'requested' && (
        <button type="button" class="quiet-button" ref={focusIfLost} onClick={() => void session.stopWaiting()}>
          {texts.cancelWaiting}
        </button>
      )}
      {view.hasChat && (
        <button type="button" class="quiet-button end" ref={focusIfLost} onClick={() => setEnding(true)}>
          {texts.endChat}
        </button>
      )}
    </div>
  );
}

import { useEffect, useRef, useState } from 'preact/hooks';
import { Announcer } from './announcer.js';
import { Avatar } from './avatar.js';
import type { ChatSession } from '../chat/chat-session.js';
import { Composer } from './composer.js';
import { isTouched } from './focus.js';
import type { HostFrame } from '../host-frame.js';
import { CloseIcon } from './icons.js';
import { Messages } from './messages.js';
import { inLanguage, type Settings } from '../settings.js';
import { TEXTS, type Texts } from '../texts.js';
import { useUnread } from '../chat/unread.js';
import type { View } from './view.js';
import { wordsOfError } from '../words.js';

/** What every part of the page needs to know. */
export interface Surroundings {
  settings: Settings;
  session: ChatSession;
  view: View;
  texts: Texts;
  /** The bot's name, as the reader reads it. */
  bot: string;
}

interface AppProps {
  settings: Settings;
  session: ChatSession;
  frame: HostFrame;
}

export function App({ settings, session, frame }: AppProps) {
  const [view, setView] = useState(session.current);
  const input = useRef<HTMLElement>(null);
  useEffect(() => session.subscribe(() => setView(session.current)), [session]);
  useEffect(() => frame.onShown((isShown) => isShown && !isTouched() && input.current?.focus()), [frame]);
  useUnread(view, frame);
  const texts = TEXTS[settings.language];
  const parts: Surroundings = { settings, session, view, texts, bot: inLanguage(settings.bot.name, settings.language) };
  const closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented) frame.close();
  };
  return (
    <div class="chat" onKeyDown={closeOnEscape}>
      <header class="head">
        <Avatar {...parts} size="large" />
        <div class="who">
          <h1>{inLanguage(settings.bot.title, settings.language)}</h1>
          <p class={`status ${view.conversation.owner}`}>{statusOf(parts)}</p>
        </div>
        {frame.isOpenedByLauncher && (
          <button
            type="button"
            class="icon-button"
            aria-label={texts.close}
            title={texts.close}
            onClick={() => frame.close()}
          >
            <CloseIcon />
          </button>
        )}
      </header>
      <Banner {...parts} />
      {view.phase === 'unavailable' ? (
        <p class="message-page">{texts.unavailable}</p>
      ) : (
        <>
          <Messages {...parts} />
          <Composer {...parts} input={input} />
        </>
      )}
      <Announcer {...parts} />
    </div>
  );
}

function statusOf({ view: { conversation }, texts, bot }: Surroundings): string {
  const { owner, agent, position } = conversation;
  if (owner === 'human') return texts.personIsHere(agent || texts.aPerson);
  if (owner === 'requested') return position === null ? texts.waiting : texts.waitingAt(position);
  return owner === 'closed' ? texts.ended : texts.answersAutomatically(bot);
}

function Banner({ view, texts }: Surroundings) {
  const text = view.refusal === null ? null : wordsOfError(view.refusal, texts);
  const shown = view.isConnected ? text : texts.offline;
  return (
    <div role="status" class="banner-place">
      {shown !== null && <p class="banner">{shown}</p>}
    </div>
  );
}

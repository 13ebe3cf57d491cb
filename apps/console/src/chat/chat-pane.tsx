import { ProblemError, type TakeoverChatDto } from '@baton/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useConversation, useDesk } from '../live/desk-context.js';
import { reads } from '../live/reads.js';
import { SearchIcon } from '../parts/icons.js';
import { LoadFailed, Loading, Placeholder } from '../parts/placeholder.js';
import { chatQuery } from '../server/chats.js';
import type { ListName } from '../server/lists.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';
import { Announcer } from './announcer.js';
import { ChatHead } from './chat-head.js';
import style from './chat.module.css';
import { useCommands } from './commands.js';
import type { Conversation } from './conversation.js';
import { Details } from './details.js';
import { Log } from './log/log.js';
import { useOutbox, useOutboxOf } from './reply/outbox.js';
import { ownershipOf } from './ownership.js';
import { ReplyBox } from './reply/reply-box.js';

const WIDE = '(min-width: 1280px)';

export function ChatPane({ chatId, list }: { chatId: string; list: ListName }) {
  const { t } = useTexts();
  const { data: chat, error, refetch } = useQuery(chatQuery(chatId));
  if (chat !== undefined) return <OpenChat key={chatId} chat={chat} list={list} />;
  if (error === null) return <Loading />;
  if (!(error instanceof ProblemError && error.status === 404))
    return <LoadFailed text={wordsOfError(error, t)} onRetry={() => void refetch()} />;
  return (
    <Placeholder heading="h1" icon={<SearchIcon size={22} />} title={t('noSuchChat')} text={t('noSuchChat.text')}>
      <Link to="/desk/$list" params={{ list }}>
        {t('backToList')}
      </Link>
    </Placeholder>
  );
}

function OpenChat({ chat, list }: { chat: TakeoverChatDto; list: ListName }) {
  const { chatId } = chat;
  const { live, me } = useDesk();
  const conversation = useConversation(chatId);
  const ownership = ownershipOf(chat, conversation, me.userId);
  const commands = useCommands(chatId, ownership.epoch);
  const outbox = useOutboxOf(live, chatId);
  const sendings = useOutbox(chatId, conversation.lastSeq);
  const [areDetailsShown, setDetailsShown] = useState(() => matchMedia(WIDE).matches);
  useReadMark(chatId, conversation.lastSeq);
  return (
    <div className={style.layout}>
      <section className={style.chat} aria-label={chat.customerName}>
        <ChatHead
          chat={chat}
          list={list}
          ownership={ownership}
          commands={commands}
          outbox={outbox}
          areDetailsShown={areDetailsShown}
          onToggleDetails={() => setDetailsShown((isShown) => !isShown)}
        />
        <div className={style.body}>
          {conversation.isComplete || conversation.lines.length > 0 ? (
            <Log chatId={chatId} conversation={conversation} outbox={outbox} sendings={sendings} />
          ) : (
            <Loading />
          )}
        </div>
        <ReplyBox
          ownership={ownership}
          commands={commands}
          outbox={outbox}
          waitingSince={waitingSinceOf(conversation)}
        />
        <Announcer conversation={conversation} />
      </section>
      {areDetailsShown && (
        <Details chat={chat} ownership={ownership} conversation={conversation} onClose={() => setDetailsShown(false)} />
      )}
    </div>
  );
}

/** While the agent looks at it. */
function useReadMark(chatId: string, lastSeq: number): void {
  useEffect(() => {
    const mark = (): void => {
      if (document.visibilityState === 'visible' && document.hasFocus()) reads.mark(chatId, lastSeq);
    };
    mark();
    addEventListener('focus', mark);
    return () => removeEventListener('focus', mark);
  }, [chatId, lastSeq]);
}

/** Since when the customer has been waiting for a person, by the log. */
const waitingSinceOf = ({ owner, lines }: Conversation): string | null =>
  owner === 'requested'
    ? (lines.findLast((line) => line.kind === 'passing' && line.to === 'requested')?.at ?? null)
    : null;

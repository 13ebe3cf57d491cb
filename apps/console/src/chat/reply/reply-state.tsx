import { useDesk } from '../../live/desk-context.js';
import { useStore } from '../../live/store.js';
import { useNow } from '../../live/use-now.js';
import { useQuery } from '@tanstack/react-query';
import { EMPTY, type Conversation } from '../conversation.js';
import { conversationKey } from '../../live/live-desk.js';
import { clock } from '../../texts/moments.js';
import { useTexts } from '../../texts/texts.js';
import style from './reply-box.module.css';

/** For how long a chat stays an agent's whose line is lost. */
const LEASE_SECONDS = 90;
const LATE_SECONDS = 120;

/** What is pressing: the lease while the line is lost, else how long the customer has been waiting for an answer. */
export function ReplyState({ chatId }: { chatId: string }) {
  const { t } = useTexts();
  const { live } = useDesk();
  const line = useStore(live.line);
  const now = useNow();
  const { data = EMPTY } = useQuery<Conversation>({
    queryKey: conversationKey(chatId),
    queryFn: () => EMPTY,
    enabled: false,
  });
  if (line.kind === 'lost') {
    const left = LEASE_SECONDS - (now - line.since) / 1000;
    return (
      <span className={style.trouble} role="timer">
        {left > 0 ? t('lease.left', { time: clock(left) }) : t('lease.over')}
      </span>
    );
  }
  if (data.unansweredSince !== null) {
    const seconds = (now - Date.parse(data.unansweredSince)) / 1000;
    return (
      <span className={seconds > LATE_SECONDS ? style.late : undefined} role="timer">
        {t('unansweredFor', { time: clock(seconds) })}
      </span>
    );
  }
  return <span className={style.desktop}>{t('sendHint')}</span>;
}

import { useDesk } from '../../live/desk-context.js';
import { Avatar } from '../../parts/avatar.js';
import { classes } from '../../parts/classes.js';
import { WarningIcon } from '../../parts/icons.js';
import { wordsOfError } from '../../texts/problems.js';
import { useTexts } from '../../texts/texts.js';
import style from './lines.module.css';
import type { Outbox, Sending } from '../reply/outbox.js';
import { PlainText } from './text.js';

/** A text that is not in the log yet: on its way, or refused with the reason. */
export function SendingLine({ sending, outbox }: { sending: Sending; outbox: Outbox }) {
  const { t } = useTexts();
  const { live, me } = useDesk();
  const { id, kind, text, error } = sending;
  const retry = (): void => {
    const { epoch } = live.conversationOf(outbox.chatId);
    outbox.send(kind, text, epoch, id).catch(() => undefined);
  };
  return (
    <article
      className={classes(
        style.line,
        style.ours,
        style.agent,
        style.mine,
        error === null ? style.sending : style.unsent,
      )}
      data-status={error === null ? 'sending' : 'unsent'}
    >
      <span className={style.face}>
        <Avatar kind="agent" name={me.name} />
      </span>
      <div className={classes(style.bubble, style.plain)} dir="auto">
        <PlainText text={text} />
      </div>
      <footer className={style.foot}>
        {error === null ? (
          <span>{t('sending')}</span>
        ) : (
          <>
            <span className={style.trouble}>
              <WarningIcon size={13} />
              {t('notSent', { why: wordsOfError(error, t) })}
            </span>
            <button type="button" className={style.link} onClick={retry}>
              {t('tryAgain')}
            </button>
            <button type="button" className={style.link} onClick={() => outbox.remove(id)}>
              {t('discard')}
            </button>
          </>
        )}
      </footer>
    </article>
  );
}

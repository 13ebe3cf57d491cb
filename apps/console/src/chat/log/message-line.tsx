import { memo } from 'react';
import { Avatar } from '../../parts/avatar.js';
import { classes } from '../../parts/classes.js';
import { ScissorsIcon, WarningIcon } from '../../parts/icons.js';
import { timeOfDay, wholeMoment } from '../../texts/moments.js';
import { useTexts } from '../../texts/texts.js';
import type { Message } from '../conversation.js';
import style from './lines.module.css';
import { Markdown, PlainText } from './text.js';

interface MessageLineProps {
  message: Message;
  isMine: boolean;
  isFollowUp: boolean;
}

/** Customers on the left, our side on the right; name, sign and role say who it is, and colour only repeats that. */
export const MessageLine = memo(function MessageLine({ message, isMine, isFollowUp }: MessageLineProps) {
  const { t, locale } = useTexts();
  const { author, text, status } = message;
  const isOurs = author !== 'customer';
  const name = message.name || t(`author.${author}`);
  return (
    <article
      className={classes(
        style.line,
        isOurs && style.ours,
        style[author],
        isMine && style.mine,
        isFollowUp && style.followUp,
        status === 'streaming' && style.streaming,
        status === 'interrupted' && style.cut,
      )}
      data-author={author}
      data-status={status}
    >
      {!isFollowUp && (
        <>
          <span className={style.face}>
            <Avatar kind={author} name={name} />
          </span>
          <header className={style.head}>
            <span className={style.name} dir="auto">
              {name}
            </span>
            <span className={style.role}>{t(isMine ? 'author.you' : `author.${author}`)}</span>
            <time className={style.time} dateTime={message.at} title={wholeMoment(message.at, locale)}>
              {timeOfDay(message.at, locale)}
            </time>
          </header>
        </>
      )}
      <div className={classes(style.bubble, author !== 'bot' && style.plain)} dir="auto">
        {author === 'bot' ? text === '' ? <Dots /> : <Markdown text={text} /> : <PlainText text={text} />}
        {status === 'streaming' && text !== '' && <i className={style.caret} />}
      </div>
      <Footer message={message} />
    </article>
  );
});

function Footer({ message: { status, failedDelivery } }: { message: Message }) {
  const { t } = useTexts();
  if (status === 'interrupted')
    return (
      <footer className={style.foot}>
        <span>
          <ScissorsIcon size={13} />
          {t('cutHere')}
        </span>
      </footer>
    );
  if (status === 'failed')
    return (
      <footer className={style.foot}>
        <span className={style.trouble}>
          <WarningIcon size={13} />
          {t('answerFailed')}
        </span>
      </footer>
    );
  if (failedDelivery === null) return null;
  return (
    <footer className={style.foot}>
      <span className={style.trouble}>
        <WarningIcon size={13} />
        {t('notDelivered', { detail: failedDelivery })}
      </span>
    </footer>
  );
}

export const Dots = () => (
  <span className={style.dots} aria-hidden="true">
    <i />
    <i />
    <i />
  </span>
);

import { memo } from 'react';
import { classes } from '../../parts/classes.js';
import { HandIcon, NoteIcon, ToolIcon, WarningIcon, WhisperIcon } from '../../parts/icons.js';
import { timeOfDay, wholeMoment } from '../../texts/moments.js';
import { useTexts } from '../../texts/texts.js';
import type { Aside, Failure, Passing, ToolCall } from '../conversation.js';
import style from './lines.module.css';
import { wordsOfPassing } from './passing-words.js';
import { PlainText } from './text.js';
import toolStyle from './tool.module.css';

/** Seen by agents alone; the form says so before one reads it. */
export const AsideLine = memo(function AsideLine({ aside }: { aside: Aside }) {
  const { t, locale } = useTexts();
  const isWhisper = aside.kind === 'whisper';
  return (
    <article className={classes(style.aside, isWhisper && style.whisper)} data-kind={aside.kind}>
      <span className={style.asideIcon}>{isWhisper ? <WhisperIcon /> : <NoteIcon />}</span>
      <header className={style.head}>
        <span className={style.name} dir="auto">
          {aside.name}
        </span>
        <span>{t(isWhisper ? 'whisper.label' : 'note.label')}</span>
        <time className={style.time} dateTime={aside.at} title={wholeMoment(aside.at, locale)}>
          {timeOfDay(aside.at, locale)}
        </time>
      </header>
      <div className={style.plain} dir="auto">
        <PlainText text={aside.text} />
      </div>
    </article>
  );
});

export const PassingLine = memo(function PassingLine({ passing }: { passing: Passing }) {
  const { t, locale } = useTexts();
  return (
    <p className={style.passing}>
      <HandIcon size={14} />
      <span dir="auto">{wordsOfPassing(passing, t)}</span>
      <time className={style.time} dateTime={passing.at} title={wholeMoment(passing.at, locale)}>
        {timeOfDay(passing.at, locale)}
      </time>
    </p>
  );
});

export const FailureLine = memo(function FailureLine({ failure }: { failure: Failure }) {
  const { t } = useTexts();
  return (
    <p className={style.failure}>
      <WarningIcon />
      <span dir="auto">
        {t(failure.about === 'turn' ? 'turnFailed' : 'notDelivered', { detail: failure.detail || t('error.other') })}
      </span>
    </p>
  );
});

/** What the bot looked up, and what came of it. */
export const ToolLine = memo(function ToolLine({ call }: { call: ToolCall }) {
  const { t, locale } = useTexts();
  const isOk = call.outcome === null || call.outcome === 'ok';
  const duration =
    call.milliseconds === null
      ? t('tool.running')
      : new Intl.NumberFormat(locale, { style: 'unit', unit: 'millisecond', unitDisplay: 'short' }).format(
          call.milliseconds,
        );
  return (
    <details className={toolStyle.tool}>
      <summary className={classes(!isOk && toolStyle.trouble)}>
        <ToolIcon size={13} />
        <code>{call.tool}</code>
        <span>{isOk ? duration : call.outcome}</span>
      </summary>
      {call.arguments !== null && <pre>{call.arguments}</pre>}
      {call.output !== null && <pre>{call.output}</pre>}
    </details>
  );
});

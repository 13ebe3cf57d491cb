import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useDesk } from '../../live/desk-context.js';
import { useShortcuts } from '../../live/shortcuts.js';
import { Button } from '../../parts/button.js';
import { classes } from '../../parts/classes.js';
import { NoteIcon, SendIcon, WhisperIcon } from '../../parts/icons.js';
import { showToast } from '../../parts/toasts.js';
import { wordsOfError } from '../../texts/problems.js';
import { useTexts } from '../../texts/texts.js';
import type { Commands } from '../commands.js';
import { useDraft } from './drafts.js';
import { LockedReply } from './locked-reply.js';
import type { Outbox, TextKind } from './outbox.js';
import type { Ownership } from '../ownership.js';
import { ReplyState } from './reply-state.js';
import style from './reply-box.module.css';
import { useTyping } from './use-typing.js';

/** As much as the server takes. */
const MAX_LENGTH = 16_000;

interface ReplyBoxProps {
  ownership: Ownership;
  commands: Commands;
  outbox: Outbox;
  waitingSince: string | null;
}

/** Where agents write: to the customer while the chat is theirs, to each other and to the bot at any time. */
export function ReplyBox({ ownership, commands, outbox, waitingSince }: ReplyBoxProps) {
  const { t } = useTexts();
  const { live, me } = useDesk();
  const { chatId } = outbox;
  const { isMine, epoch, owner } = ownership;
  const [kind, setKind] = useState<TextKind>('reply');
  const [text, setText] = useDraft(me.userId, chatId, kind);
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useTyping(live, chatId, isMine && kind === 'reply');
  const isLocked = kind === 'reply' && !isMine;
  const excess = text.length - MAX_LENGTH;

  const write = (wanted: TextKind): void => {
    setKind(wanted);
    requestAnimationFrame(() => field.current?.focus());
  };
  useShortcuts({ r: () => write('reply'), n: () => write('note'), w: () => write('whisper') });
  // Who takes a chat over wants to write.
  const wasMine = useRef(isMine);
  useEffect(() => {
    if (isMine && !wasMine.current) field.current?.focus();
    wasMine.current = isMine;
  }, [isMine]);

  const send = (): void => {
    const whole = text.trim();
    if (whole === '' || excess > 0 || isLocked) return;
    setText('');
    typing.stop();
    outbox.send(kind, whole, epoch).catch((error: unknown) => showToast(wordsOfError(error, t)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return field.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const tabs: [TextKind, typeof NoteIcon][] = [
    ['reply', SendIcon],
    ['note', NoteIcon],
    ['whisper', WhisperIcon],
  ];
  return (
    <section className={style.box} aria-label={t('write')}>
      <div className={style.inner}>
        <div className={style.tabs}>
          {tabs.map(([each, Icon]) => (
            <button
              key={each}
              type="button"
              className={style.tab}
              aria-pressed={each === kind}
              onClick={() => write(each)}
            >
              <Icon size={14} />
              {t(`write.${each}`)}
            </button>
          ))}
        </div>
        {isLocked ? (
          <LockedReply ownership={ownership} commands={commands} waitingSince={waitingSince} />
        ) : (
          <div className={classes(style.field, kind !== 'reply' && style[kind])}>
            <textarea
              ref={field}
              rows={1}
              value={text}
              dir="auto"
              aria-label={t(`write.${kind}`)}
              aria-invalid={excess > 0}
              placeholder={t(`write.${kind}.hint`)}
              onChange={(event) => {
                setText(event.target.value);
                typing.note(event.target.value !== '');
              }}
              onKeyDown={onKeyDown}
              onBlur={() => typing.stop()}
            />
            <div className={style.bar}>
              <span className={style.state}>
                {excess > 0 ? (
                  <span className={style.trouble} role="alert">
                    {t('tooLong', { count: excess })}
                  </span>
                ) : kind === 'reply' ? (
                  <ReplyState chatId={chatId} />
                ) : (
                  t(`write.${kind}.audience`)
                )}
              </span>
              <Button
                look="primary"
                isSmall
                disabled={text.trim() === '' || excess > 0 || (kind === 'whisper' && owner === 'closed')}
                onClick={send}
              >
                {t(`send.${kind}`)}
              </Button>
            </div>
          </div>
        )}
      </div>
    </section>
  );
}

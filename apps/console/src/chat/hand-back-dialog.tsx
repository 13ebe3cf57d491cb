import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useDesk } from '../live/desk-context.js';
import { Avatar } from '../parts/avatar.js';
import { Button } from '../parts/button.js';
import { Dialog, DialogActions } from '../parts/dialog.js';
import { BotIcon, HourglassIcon } from '../parts/icons.js';
import { agentsQuery } from '../server/chats.js';
import { useTexts } from '../texts/texts.js';
import type { Commands, Destination } from './commands.js';
import style from './hand-back.module.css';
import type { Outbox } from './reply/outbox.js';

interface HandBackDialogProps {
  commands: Commands;
  outbox: Outbox;
  epoch: number;
  onClose: () => void;
}

/** To whom the chat goes, and what that one should know: the bot is told by a whisper, people by a note. */
export function HandBackDialog({ commands, outbox, epoch, onClose }: HandBackDialogProps) {
  const { t } = useTexts();
  const { me } = useDesk();
  const { data: agents = [] } = useQuery({ ...agentsQuery, refetchInterval: 5000 });
  const [to, setTo] = useState<Destination>({ to: 'bot' });
  const [note, setNote] = useState('');
  const colleagues = agents.filter(({ id, status }) => id !== me.userId && status !== 'offline');
  const handBack = async (): Promise<void> => {
    onClose();
    try {
      if (note.trim() !== '') await outbox.send(to.to === 'bot' ? 'whisper' : 'note', note.trim(), epoch);
      await commands.release.mutateAsync(to);
    } catch {
      // Said where it failed: on the text, or by the command.
    }
  };
  const option = (value: Destination, icon: ReactNode, title: string, text: string, isDisabled = false) => (
    <label key={JSON.stringify(value)} className={style.option}>
      <input
        type="radio"
        name="to"
        disabled={isDisabled}
        checked={JSON.stringify(to) === JSON.stringify(value)}
        onChange={() => setTo(value)}
      />
      {icon}
      <span className={style.words}>
        <strong dir="auto">{title}</strong>
        <span>{text}</span>
      </span>
    </label>
  );
  return (
    <Dialog title={t('handBack')} onClose={onClose}>
      <fieldset className={style.options}>
        <legend className="visually-hidden">{t('handBack.to')}</legend>
        {option({ to: 'bot' }, <BotIcon size={20} />, t('handBack.bot'), t('handBack.bot.text'))}
        {option({ to: 'queue' }, <HourglassIcon size={20} />, t('handBack.queue'), t('handBack.queue.text'))}
        {colleagues.map(({ id, name, status, heldChats, capacity }) =>
          option(
            { to: 'agent', agentId: id },
            <Avatar kind="agent" name={name} />,
            name,
            `${t(`presence.${status}`)} · ${t('load', { held: heldChats, capacity })}`,
            status !== 'online' || heldChats >= capacity,
          ),
        )}
      </fieldset>
      <label className={style.note}>
        {t(to.to === 'bot' ? 'handBack.whisper' : 'handBack.note')}
        <textarea value={note} dir="auto" maxLength={4000} onChange={(event) => setNote(event.target.value)} />
      </label>
      <DialogActions onCancel={onClose}>
        <Button look="primary" onClick={() => void handBack()}>
          {t('handBack')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

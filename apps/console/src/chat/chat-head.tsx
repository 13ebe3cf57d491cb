import type { TakeoverChatDto } from '@baton/client';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useDesk } from '../live/desk-context.js';
import { useShortcuts } from '../live/shortcuts.js';
import { Avatar } from '../parts/avatar.js';
import { Button, IconButton } from '../parts/button.js';
import buttonStyle from '../parts/button.module.css';
import { classes } from '../parts/classes.js';
import { BackIcon, ClosedIcon, HandIcon, InfoIcon, MoreIcon, ReopenIcon, TakeIcon } from '../parts/icons.js';
import { Menu, MenuItem } from '../parts/menu.js';
import type { ListName } from '../server/lists.js';
import { useTexts } from '../texts/texts.js';
import style from './chat.module.css';
import type { Commands } from './commands.js';
import { EndDialog } from './end-dialog.js';
import { HandBackDialog } from './hand-back-dialog.js';
import type { Outbox } from './reply/outbox.js';
import type { Ownership } from './ownership.js';

interface ChatHeadProps {
  chat: TakeoverChatDto;
  list: ListName;
  ownership: Ownership;
  commands: Commands;
  outbox: Outbox;
  onToggleDetails: () => void;
  areDetailsShown: boolean;
}

/** Whose chat it is, who speaks, and what can be done about it. */
export function ChatHead({ chat, list, ownership, commands, outbox, onToggleDetails, areDetailsShown }: ChatHeadProps) {
  const { t } = useTexts();
  const [question, setQuestion] = useState<'hand-back' | 'end' | null>(null);
  const { owner, isMine } = ownership;
  const mayClaim = owner === 'bot' || owner === 'requested';
  const { me } = useDesk();
  const mayEnd = owner !== 'closed' && (isMine || me.roles.includes('admin'));
  useShortcuts({
    t: () => mayClaim && commands.claim.mutate(),
    b: () => isMine && setQuestion('hand-back'),
    e: () => mayEnd && setQuestion('end'),
    i: onToggleDetails,
  });
  return (
    <header className={style.head}>
      <Link
        className={classes(buttonStyle.button, buttonStyle.quiet, buttonStyle.icon, style.back)}
        to="/desk/$list"
        params={{ list }}
        search={(search) => search}
        aria-label={t('back')}
      >
        <BackIcon size={20} />
      </Link>
      <span className={style.face}>
        <Avatar kind="customer" name={chat.customerName} size="large" />
      </span>
      <div className={style.who}>
        <h1 className={style.name} dir="auto" title={chat.customerName}>
          {chat.customerName}
        </h1>
        <p className={style.sub}>
          <span dir="auto">{t('talksTo', { bot: chat.botDisplayName })}</span>
        </p>
      </div>
      <OwnerPill ownership={ownership} />
      <div className={style.headActions}>
        {isMine && (
          <Button onClick={() => setQuestion('hand-back')} aria-label={t('handBack')}>
            <HandIcon />
            <span className={style.handBackText}>{t('handBack')}</span>
          </Button>
        )}
        <IconButton label={t('details')} aria-expanded={areDetailsShown} onClick={onToggleDetails}>
          <InfoIcon size={18} />
        </IconButton>
        <Menu trigger={<IconButton label={t('more')} children={<MoreIcon size={18} />} />}>
          {mayClaim && (
            <MenuItem icon={<TakeIcon />} hint="t" onSelect={() => commands.claim.mutate()}>
              {t('takeOver')}
            </MenuItem>
          )}
          {owner === 'closed' && (
            <MenuItem icon={<ReopenIcon />} onSelect={() => commands.reopen.mutate()}>
              {t('reopen')}
            </MenuItem>
          )}
          {mayEnd && (
            <MenuItem icon={<ClosedIcon />} hint="e" isDanger onSelect={() => setQuestion('end')}>
              {t('endChat')}
            </MenuItem>
          )}
          {owner === 'human' && !mayEnd && (
            <MenuItem icon={<ClosedIcon />} isDisabled onSelect={() => undefined}>
              {t('endChat')}
            </MenuItem>
          )}
        </Menu>
      </div>
      {question === 'end' && (
        <EndDialog name={chat.customerName} onEnd={() => commands.end.mutate()} onClose={() => setQuestion(null)} />
      )}
      {question === 'hand-back' && (
        <HandBackDialog commands={commands} outbox={outbox} epoch={ownership.epoch} onClose={() => setQuestion(null)} />
      )}
    </header>
  );
}

function OwnerPill({ ownership: { owner, agent, isMine } }: { ownership: Ownership }) {
  const { t } = useTexts();
  const text = isMine
    ? t('owner.mine')
    : owner === 'human'
      ? t('owner.human', { name: agent?.name ?? t('someone') })
      : t(`owner.${owner}`);
  return (
    <span className={style.owner} data-owner={isMine ? 'mine' : owner} role="status" dir="auto">
      {text}
    </span>
  );
}

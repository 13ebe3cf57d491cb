import { useDesk } from '../../live/desk-context.js';
import { useNow } from '../../live/use-now.js';
import { Button } from '../../parts/button.js';
import { ReopenIcon, TakeIcon } from '../../parts/icons.js';
import { clock } from '../../texts/moments.js';
import { useTexts } from '../../texts/texts.js';
import type { Commands } from '../commands.js';
import type { Ownership } from '../ownership.js';
import style from './reply-box.module.css';

interface LockedReplyProps {
  ownership: Ownership;
  commands: Commands;
  waitingSince: string | null;
}

/** Who speaks, while it is not the agent who looks, and the one way to speak oneself. */
export function LockedReply({ ownership: { owner, agent }, commands, waitingSince }: LockedReplyProps) {
  const { t } = useTexts();
  const { me } = useDesk();
  const seconds = (useNow() - Date.parse(waitingSince ?? '')) / 1000;
  const name = agent?.name ?? t('someone');
  const isBusy = commands.claim.isPending || commands.release.isPending || commands.reopen.isPending;
  const words = {
    bot: [t('locked.bot'), t('locked.bot.hint')],
    requested: [
      Number.isNaN(seconds) ? t('locked.requested') : t('locked.requestedFor', { time: clock(seconds) }),
      t('locked.requested.hint'),
    ],
    human: [t('locked.human', { name }), t('locked.human.hint')],
    closed: [t('locked.closed'), t('locked.closed.hint')],
  }[owner];
  return (
    <div className={style.locked}>
      <p className={style.lockedText}>
        <strong dir="auto">{words[0]}</strong>
        <span>{words[1]}</span>
      </p>
      {(owner === 'bot' || owner === 'requested') && (
        <Button look="primary" disabled={isBusy} onClick={() => commands.claim.mutate()}>
          <TakeIcon />
          {t('takeOver')}
        </Button>
      )}
      {owner === 'human' && me.roles.includes('admin') && (
        <Button disabled={isBusy} onClick={() => commands.release.mutate({ to: 'agent', agentId: me.userId })}>
          <TakeIcon />
          {t('takeFrom', { name })}
        </Button>
      )}
      {owner === 'closed' && (
        <Button disabled={isBusy} onClick={() => commands.reopen.mutate()}>
          <ReopenIcon />
          {t('reopen')}
        </Button>
      )}
    </div>
  );
}

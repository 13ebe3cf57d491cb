import { useEffect, useState } from 'react';
import { useDesk } from '../live/desk-context.js';
import { useStore } from '../live/store.js';
import { classes } from '../parts/classes.js';
import { CheckIcon, OfflineIcon } from '../parts/icons.js';
import { useTexts } from '../texts/texts.js';
import style from './line-notice.module.css';

const PATIENCE_MS = 1500;
const PRAISE_MS = 5000;

/** Says when the line is lost, that it is back and nothing is missing, or that the server has ended the connection. */
export function LineNotice() {
  const { t } = useTexts();
  const { live } = useDesk();
  const line = useStore(live.line);
  const isDue = useLater(line, line.kind === 'lost' ? PATIENCE_MS : line.kind === 'online' ? PRAISE_MS : 0);
  if (line.kind === 'lost' && isDue)
    return (
      <p className={style.notice} role="alert">
        <OfflineIcon />
        {t('line.lost')}
      </p>
    );
  if (line.kind === 'online' && line.restoredAt !== null && !isDue)
    return (
      <p className={classes(style.notice, style.good)} role="status">
        <CheckIcon />
        {t('line.back')}
      </p>
    );
  if (line.kind !== 'ended') return null;
  return (
    <p className={style.notice} role="alert">
      <OfflineIcon />
      {t('line.ended')}
      <button type="button" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </p>
  );
}

/** Whether the state has lasted for so long. */
function useLater(state: object, ms: number): boolean {
  const [due, setDue] = useState<object | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setDue(state), ms);
    return () => clearTimeout(timer);
  }, [state, ms]);
  return due === state;
}

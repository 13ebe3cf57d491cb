import { helpIsShown, shortcutsAreOn, showHelp, turnShortcuts, useShortcuts } from '../live/shortcuts.js';
import { useStore } from '../live/store.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import dialogStyle from '../parts/dialog.module.css';
import { LISTS } from '../server/lists.js';
import { useTexts, type TextName } from '../texts/texts.js';
import style from './help.module.css';

const KEYS: readonly [string[], TextName][] = [
  [['1', '…', String(LISTS.length)], 'key.lists'],
  [['j', 'k'], 'key.next'],
  [['/'], 'key.search'],
  [['t'], 'key.takeOver'],
  [['r'], 'key.reply'],
  [['n'], 'key.note'],
  [['w'], 'key.whisper'],
  [['Enter'], 'key.send'],
  [['b'], 'key.handBack'],
  [['e'], 'key.end'],
  [['i'], 'key.details'],
  [['Esc'], 'key.leave'],
  [['?'], 'key.help'],
];

/** Everything can be done without a mouse; this says how. */
export function Help() {
  const { t } = useTexts();
  const isShown = useStore(helpIsShown);
  const areOn = useStore(shortcutsAreOn);
  useShortcuts({ '?': showHelp });
  if (!isShown) return null;
  const close = (): void => helpIsShown.set(false);
  return (
    <Dialog title={t('shortcuts')} onClose={close}>
      <dl className={style.keys}>
        {KEYS.map(([keys, name]) => (
          <div key={name} className={style.key}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(name)}</dd>
          </div>
        ))}
      </dl>
      <label className={style.switch}>
        <input type="checkbox" checked={areOn} onChange={(event) => turnShortcuts(event.target.checked)} />
        {t('shortcuts.on')}
      </label>
      <div className={dialogStyle.actions}>
        <Button look="primary" onClick={close}>
          {t('close')}
        </Button>
      </div>
    </Dialog>
  );
}

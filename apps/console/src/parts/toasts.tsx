import { Store, useStore } from '../live/store.js';
import { useTexts } from '../texts/texts.js';
import { IconButton } from './button.js';
import { CloseIcon } from './icons.js';
import style from './toasts.module.css';

interface Toast {
  id: number;
  text: string;
}

const SHOWN_MS = 8000;
const MOST = 3;
const toasts = new Store<readonly Toast[]>([]);
let lastId = 0;

const remove = (id: number): void => toasts.set(toasts.value.filter((toast) => toast.id !== id));

/** Says something for a moment, also to those who listen. */
export function showToast(text: string): void {
  const id = ++lastId;
  toasts.set([...toasts.value.filter((toast) => toast.text !== text), { id, text }].slice(-MOST));
  setTimeout(() => remove(id), SHOWN_MS);
}

export function Toasts() {
  const { t } = useTexts();
  const shown = useStore(toasts);
  return (
    <div className={style.stack} role="status" aria-live="polite">
      {shown.map(({ id, text }) => (
        <div key={id} className={style.toast}>
          <p dir="auto">{text}</p>
          <IconButton className={style.close} label={t('dismiss')} onClick={() => remove(id)}>
            <CloseIcon />
          </IconButton>
        </div>
      ))}
    </div>
  );
}

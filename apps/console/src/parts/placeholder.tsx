import type { ReactNode } from 'react';
import { useTexts } from '../texts/texts.js';
import { Button } from './button.js';
import { WarningIcon } from './icons.js';
import style from './placeholder.module.css';

interface PlaceholderProps {
  icon: ReactNode;
  title: string;
  text?: string;
  children?: ReactNode;
}

/** Where there is nothing to show: what that means, and what can be done. */
export const Placeholder = ({ icon, title, text, children }: PlaceholderProps) => (
  <div className={style.placeholder}>
    <span className={style.sign}>{icon}</span>
    <h2 className={style.title}>{title}</h2>
    {text !== undefined && <p className={style.text}>{text}</p>}
    {children !== undefined && <div className={style.action}>{children}</div>}
  </div>
);

export function Loading() {
  const { t } = useTexts();
  return (
    <div className={style.placeholder} role="status">
      <span className={style.spinner} aria-hidden="true" />
      <span className="visually-hidden">{t('loading')}</span>
    </div>
  );
}

export function LoadFailed({ text, onRetry }: { text: string; onRetry: () => void }) {
  const { t } = useTexts();
  return (
    <Placeholder icon={<WarningIcon size={22} />} title={t('loadFailed')} text={text}>
      <Button onClick={onRetry}>{t('tryAgain')}</Button>
    </Placeholder>
  );
}

import type { ReactNode } from 'react';
import { useTexts } from '../texts/texts.js';
import { Button } from './button.js';
import { WarningIcon } from './icons.js';
import style from './placeholder.module.css';

interface PlaceholderProps {
  icon: ReactNode;
  title: string;
  text?: string;
  /** `h1` where nothing else says what the page is. */
  heading?: 'h1' | 'h2';
  children?: ReactNode;
}

/** Where there is nothing to show: what that means, and what can be done. */
export const Placeholder = ({ icon, title, text, heading: Heading = 'h2', children }: PlaceholderProps) => (
  <div className={style.placeholder}>
    <span className={style.sign}>{icon}</span>
    <Heading className={style.title}>{title}</Heading>
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

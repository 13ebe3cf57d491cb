import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/texts.js';
import { Button } from './button.js';
import style from './dialog.module.css';

interface DialogProps {
  title: string;
  description?: string;
  onClose: () => void;
  children?: ReactNode;
}

/** A question or a form over the page. It is shown as long as it is rendered. */
export function Dialog({ title, description, onClose, children }: DialogProps) {
  return (
    <Base.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={style.backdrop} />
        <Base.Popup className={style.popup}>
          <Base.Title className={style.title}>{title}</Base.Title>
          {description !== undefined && (
            <Base.Description className={style.description}>{description}</Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The buttons of a dialog: the way back first, the deed last. */
export function DialogActions({ onCancel, children }: { onCancel: () => void; children: ReactNode }) {
  const { t } = useTexts();
  return (
    <div className={style.actions}>
      <Button onClick={onCancel}>{t('cancel')}</Button>
      {children}
    </div>
  );
}

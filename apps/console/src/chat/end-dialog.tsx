import { Button } from '../parts/button.js';
import { Dialog, DialogActions } from '../parts/dialog.js';
import { useTexts } from '../texts/texts.js';

interface EndDialogProps {
  name: string;
  onEnd: () => void;
  onClose: () => void;
}

export function EndDialog({ name, onEnd, onClose }: EndDialogProps) {
  const { t } = useTexts();
  const end = (): void => {
    onEnd();
    onClose();
  };
  return (
    <Dialog title={t('endChat.title')} description={t('endChat.text', { name })} onClose={onClose}>
      <DialogActions onCancel={onClose}>
        <Button look="danger" onClick={end}>
          {t('endChat')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

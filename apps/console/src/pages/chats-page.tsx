import { DeskLayout } from '../desk/desk-layout.js';
import deskStyle from '../desk/desk.module.css';
import { useTexts } from '../texts/texts.js';

export function ChatsPage() {
  const { t } = useTexts();
  return (
    <DeskLayout open="page">
      <main className={deskStyle.wide}>{t('loading')}</main>
    </DeskLayout>
  );
}

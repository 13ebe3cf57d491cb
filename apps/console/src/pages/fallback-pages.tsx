import { Link } from '@tanstack/react-router';
import { Button } from '../parts/button.js';
import { SearchIcon, WarningIcon } from '../parts/icons.js';
import { Placeholder } from '../parts/placeholder.js';
import { useTexts } from '../texts/texts.js';

export function NotFoundPage() {
  const { t } = useTexts();
  return (
    <Placeholder icon={<SearchIcon size={22} />} heading="h1" title={t('notFound')} text={t('notFound.text')}>
      <Link to="/desk/$list" params={{ list: 'waiting' }}>
        {t('toDesk')}
      </Link>
    </Placeholder>
  );
}

/** Drafts are in the browser and the log is on the server: loading again loses nothing. */
export function FailedPage() {
  const { t } = useTexts();
  return (
    <Placeholder icon={<WarningIcon size={22} />} heading="h1" title={t('failed')} text={t('failed.text')}>
      <Button onClick={() => location.reload()}>{t('reload')}</Button>
    </Placeholder>
  );
}

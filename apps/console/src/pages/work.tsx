import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { DeskLayout } from '../desk/desk-layout.js';
import { Help } from '../desk/help.js';
import { Alerts } from '../live/alerts.js';
import { DeskProvider } from '../live/desk-context.js';
import { Button } from '../parts/button.js';
import { WarningIcon } from '../parts/icons.js';
import { Loading, Placeholder } from '../parts/placeholder.js';
import { mayServe, sessionQuery, signOut } from '../server/session.js';
import { useTexts } from '../texts/texts.js';

/** Around every page that needs a session: without one, one signs in and comes back to the same page. */
export function Work() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const href = useRouterState({ select: ({ location }) => location.href });
  const { data: me } = useQuery(sessionQuery);
  useEffect(() => {
    if (me === null) void navigate({ to: '/sign-in', search: { to: href }, replace: true });
    // oxlint-disable-next-line react/exhaustive-deps -- the page that was left, not the one that is gone to
  }, [me, navigate]);
  if (me === undefined || me === null) return <Loading />;
  if (!mayServe(me))
    return (
      <Placeholder icon={<WarningIcon size={22} />} heading="h1" title={t('notAgent')} text={t('notAgent.text')}>
        <Button onClick={() => void signOut(queries)}>{t('signOut')}</Button>
      </Placeholder>
    );
  return (
    <DeskProvider me={me}>
      <DeskLayout>
        <Outlet />
      </DeskLayout>
      <Alerts />
      <Help />
    </DeskProvider>
  );
}

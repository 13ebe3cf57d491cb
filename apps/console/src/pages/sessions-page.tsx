import type { UserSessionDto } from '@baton/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import deskStyle from '../desk/desk.module.css';
import { Button } from '../parts/button.js';
import { DevicesIcon } from '../parts/icons.js';
import { LoadFailed, Loading } from '../parts/placeholder.js';
import { showToast } from '../parts/toasts.js';
import { baton } from '../server/baton.js';
import { sessionQuery } from '../server/session.js';
import { wholeMoment } from '../texts/moments.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';
import { browserName } from './browser-name.js';
import style from './page.module.css';

const KEY = ['user-sessions'];

/** In which browsers one has signed in. Each can be signed out from here. */
export function SessionsPage() {
  const { t } = useTexts();
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await baton.getUserSessions({ query: { PageSize: 100 } })).items,
  });
  return (
    <main className={deskStyle.wide}>
      <div className={style.page}>
        <div className={style.inner}>
          <header className={style.head}>
            <h1>{t('sessions')}</h1>
            <p>{t('sessions.text')}</p>
          </header>
          {error !== null && <LoadFailed text={wordsOfError(error, t)} onRetry={() => void refetch()} />}
          {error === null && data === undefined && <Loading />}
          <ul className={style.cards}>
            {data?.map((session) => (
              <SessionCard key={session.sessionId} session={session} />
            ))}
          </ul>
        </div>
      </div>
    </main>
  );
}

function SessionCard({ session }: { session: UserSessionDto }) {
  const { t, locale } = useTexts();
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => baton.deleteUserSession({ path: { sessionId: session.sessionId } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: session.isCurrent ? sessionQuery.queryKey : KEY }),
    onError: (error) => showToast(wordsOfError(error, t)),
  });
  return (
    <li className={style.card}>
      <span className={style.sign}>
        <DevicesIcon size={20} />
      </span>
      <p className={style.words}>
        <strong title={session.browser}>
          {browserName(session.browser) ?? t('sessions.unknown')}
          {session.isCurrent && <span className={style.here}>{t('sessions.here')}</span>}
        </strong>
        <span>{t('sessions.since', { at: wholeMoment(session.createdAt, locale) })}</span>
        <span>{t('sessions.used', { at: wholeMoment(session.lastUsedAt, locale) })}</span>
      </p>
      <Button disabled={end.isPending} onClick={() => end.mutate()}>
        {t(session.isCurrent ? 'signOut' : 'sessions.end')}
      </Button>
    </li>
  );
}

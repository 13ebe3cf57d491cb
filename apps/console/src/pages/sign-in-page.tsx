import { ProblemError } from '@baton/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { Mark } from '../desk/sidebar.js';
import { Button } from '../parts/button.js';
import { WarningIcon } from '../parts/icons.js';
import { signIn } from '../server/session.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';
import style from './sign-in.module.css';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const router = useRouter();
  const { to = '/' } = route.useSearch();
  const [key, setKey] = useState('');
  const attempt = useMutation({
    mutationFn: () => signIn(queries, key.trim()),
    onSuccess: () => router.history.push(router.basepath.replace(/\/$/, '') + to),
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (key.trim() !== '') attempt.mutate();
  };
  const { error } = attempt;
  const isWrong = error instanceof ProblemError && error.status === 401;
  return (
    <main className={style.page}>
      <div className={style.card}>
        <header className={style.brand}>
          <Mark />
          <div>
            <h1>{t('signIn.title')}</h1>
            <p>{t('signIn.text')}</p>
          </div>
        </header>
        <form className={style.form} onSubmit={submit}>
          <label className={style.field}>
            {t('signIn.key')}
            <input
              type="password"
              name="key"
              autoComplete="current-password"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              required
              value={key}
              aria-describedby="key-hint"
              onChange={(event) => setKey(event.target.value)}
            />
            <span className={style.hint} id="key-hint">
              {t('signIn.keyHint')}
            </span>
          </label>
          {error !== null && (
            <p className={style.error} role="alert">
              <WarningIcon />
              {isWrong ? t('signIn.wrong') : wordsOfError(error, t)}
            </p>
          )}
          <Button type="submit" look="primary" className={style.submit} disabled={attempt.isPending}>
            {t('signIn')}
          </Button>
        </form>
      </div>
    </main>
  );
}

import { ProblemError } from '@baton/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { Mark } from '../desk/sidebar.js';
import { Button } from '../parts/button.js';
import buttonStyle from '../parts/button.module.css';
import { classes } from '../parts/classes.js';
import { WarningIcon } from '../parts/icons.js';
import { identityProviderAddress, signIn, signInOptionsQuery } from '../server/session.js';
import { wordsOfError } from '../texts/problems.js';
import { useTexts } from '../texts/texts.js';
import style from './sign-in.module.css';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t } = useTexts();
  const queries = useQueryClient();
  const router = useRouter();
  const { to = '/', error: failedBefore } = route.useSearch();
  const { data: options } = useQuery(signInOptionsQuery);
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
          <input type="text" name="username" autoComplete="username" value="Baton" readOnly hidden />
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
          {error === null && failedBefore !== undefined && (
            <p className={style.error} role="alert">
              <WarningIcon />
              {t('signIn.failed', { code: failedBefore })}
            </p>
          )}
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
        {options?.oidc != null && (
          <>
            <span className={style.or}>{t('signIn.or')}</span>
            <a
              className={classes(buttonStyle.button, buttonStyle.plain, style.sso)}
              href={identityProviderAddress(to === '/' ? '' : to)}
            >
              {t('signIn.with', { name: options.oidc.name })}
            </a>
          </>
        )}
      </div>
    </main>
  );
}

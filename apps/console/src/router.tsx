import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { filtersOf } from './server/all-chats.js';
import { BASE_PATH } from './server/baton.js';
import { Loading } from './parts/placeholder.js';
import { NotFoundPage, FailedPage } from './pages/fallback-pages.js';
import { Toasts } from './parts/toasts.js';
import { Work } from './pages/work.js';

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : undefined;

const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: NotFoundPage,
  errorComponent: FailedPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { to?: string; error?: string } => {
    const to = textOf(search['to']);
    const error = textOf(search['error']);
    const isOurs = to?.startsWith('/') === true && !to.startsWith('//');
    return { ...(isOurs && { to }), ...(error !== undefined && { error }) };
  },
  component: lazyRouteComponent(() => import('./pages/sign-in-page.js'), 'SignInPage'),
});

const work = createRoute({ getParentRoute: () => root, id: 'work', component: Work });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search): { signInError?: string } => {
    const signInError = textOf(search['signInError']);
    return signInError === undefined ? {} : { signInError };
  },
  beforeLoad: ({ search: { signInError } }) => {
    // oxlint-disable-next-line typescript/only-throw-error -- how this router is told
    if (signInError !== undefined) throw redirect({ to: '/sign-in', search: { error: signInError } });
    // oxlint-disable-next-line typescript/only-throw-error -- how this router is told
    throw redirect({ to: '/desk/$list', params: { list: 'waiting' } });
  },
});

const deskPage = lazyRouteComponent(() => import('./desk/desk-page.js'), 'DeskPage');
const list = createRoute({
  getParentRoute: () => work,
  path: '/desk/$list',
  validateSearch: (search): { q?: string } => {
    const q = textOf(search['q']);
    return q === undefined || q === '' ? {} : { q };
  },
  component: deskPage,
});
/** The same page: the list stays where it is while chats are opened. */
const chat = createRoute({ getParentRoute: () => list, path: '/$chatId' });

const chats = createRoute({
  getParentRoute: () => work,
  path: '/chats',
  validateSearch: filtersOf,
  component: lazyRouteComponent(() => import('./pages/chats-page.js'), 'ChatsPage'),
});
const sessions = createRoute({
  getParentRoute: () => work,
  path: '/sessions',
  component: lazyRouteComponent(() => import('./pages/sessions-page.js'), 'SessionsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, signIn, work.addChildren([list.addChildren([chat]), chats, sessions])]),
  basepath: BASE_PATH,
  defaultPendingComponent: Loading,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

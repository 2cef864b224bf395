import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { screens } from './screens/screens.ts';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';
import { Loading, Problem } from './ui/states.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** What a list shows stands in the URL, so that it can be sent to somebody. */
function validateSearch(search: Record<string, unknown>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)]));
}

const routes = screens.map(({ path, load }) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load), validateSearch }),
);

export const router = createRouter({
  routeTree: root.addChildren(routes),
  basepath: '/console',
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Problem error={error} onRetry={reset} />,
});

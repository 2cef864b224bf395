import { Link, Navigate, Outlet, useMatches } from '@tanstack/react-router';
import { HOLDERS_HOME } from '../screens/holder-screens.ts';
import { screens } from '../screens/screens.ts';
import { useSession } from '../session/session.tsx';
import { Page } from '../ui/page.tsx';

/** The screen of the URL for those whom it is for. Others get a page that says so, and nothing is asked for. */
export function ForItsRoles() {
  const { role } = useSession();
  const path: string | undefined = useMatches().at(-1)?.fullPath;
  const screen = screens.find((each) => each.path === path);
  if (screen === undefined || screen.roles.includes(role)) return <Outlet />;
  return role === 'holder' && path === '/' ? <Navigate to={HOLDERS_HOME} replace /> : <NotForYou />;
}

function NotForYou() {
  const { role } = useSession();
  const isHolder = role === 'holder';
  return (
    <Page title={isHolder ? 'This page is for administrators' : `This page is not for the role ${role}`}>
      <p>
        {isHolder
          ? 'You are signed in as a key holder, and see what is your own. The gateway would refuse the rest.'
          : 'The gateway would refuse what it asks for.'}
      </p>
      <Link to={isHolder ? HOLDERS_HOME : '/'} className="text-accent hover:underline">
        To the overview
      </Link>
    </Page>
  );
}

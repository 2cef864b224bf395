import { Link } from '@tanstack/react-router';
import { LogOut, Menu, Moon, Sun, SunMoon } from 'lucide-react';
import { useState } from 'react';
import { HOLDERS_HOME } from '../screens/holder-screens.ts';
import { screens } from '../screens/screens.ts';
import { SignedIn, useSession, useSignOut } from '../session/session.tsx';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { UndoToasts } from '../ui/undo/undo-toasts.tsx';
import { Bell } from './bell.tsx';
import { ForItsRoles } from './for-its-roles.tsx';
import { Offline } from './offline.tsx';
import { chooseTheme, type Theme, themeChosen } from './theme.ts';

/** What is around every screen. */
export function Shell() {
  return (
    <SignedIn>
      <Frame />
    </SignedIn>
  );
}

function Frame() {
  const [isOpen, setOpen] = useState(false);
  const { role } = useSession();
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14rem_1fr]">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-2">
        Skip to the content
      </a>
      <header className="flex items-center justify-between border-b border-line bg-panel px-4 py-2 lg:hidden">
        <span className="font-semibold">AI API gateway</span>
        <span className="flex">
          {role !== 'holder' && <Bell />}
          <Button look="quiet" aria-expanded={isOpen} aria-controls="navigation" onClick={() => setOpen(!isOpen)}>
            <Menu aria-hidden className="size-4" />
            <span className="sr-only">Navigation</span>
          </Button>
        </span>
      </header>
      <Navigation isOpen={isOpen} onChosen={() => setOpen(false)} />
      <main id="content" className="min-w-0 p-4 lg:p-6">
        <Offline />
        <ForItsRoles />
      </main>
      <UndoToasts />
    </div>
  );
}

const groups = ['Yours', 'See', 'Run', 'Prove'] as const;

function Navigation({ isOpen, onChosen }: { readonly isOpen: boolean; readonly onChosen: () => void }) {
  const { role } = useSession();
  const shown = screens.filter(({ roles }) => roles.includes(role));
  return (
    <nav
      id="navigation"
      aria-label="Screens"
      className={classNames(
        'flex-col gap-4 border-line bg-panel p-3 lg:sticky lg:top-0 lg:flex lg:h-dvh lg:overflow-auto lg:border-r',
        isOpen ? 'flex border-b' : 'hidden',
      )}
    >
      <div className="flex items-center justify-between pl-2 max-lg:hidden">
        <span className="font-semibold">AI API gateway</span>
        {role !== 'holder' && <Bell />}
      </div>
      {groups
        .filter((each) => shown.some(({ group }) => group === each))
        .map((group) => (
          <div key={group}>
            <p className="px-2 text-xs font-medium text-soft uppercase">{group}</p>
            <ul>
              {shown
                .filter((screen) => screen.group === group)
                .map(({ path, title, icon: Icon }) => (
                  <li key={path}>
                    <Link
                      to={path}
                      onClick={onChosen}
                      activeOptions={{ exact: path === '/' || path === HOLDERS_HOME, includeSearch: false }}
                      activeProps={{ className: 'bg-sunken font-medium', 'aria-current': 'page' }}
                      className="flex min-h-9 items-center gap-2 rounded-md px-2 hover:bg-sunken"
                    >
                      {Icon !== undefined && <Icon aria-hidden className="size-4 shrink-0" />}
                      {title}
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      <Account />
    </nav>
  );
}

const themes: readonly Theme[] = ['system', 'light', 'dark'];
const themeIcons = { system: SunMoon, light: Sun, dark: Moon };

function Account() {
  const { role } = useSession();
  const signOut = useSignOut();
  const [theme, setTheme] = useState(themeChosen);
  const Icon = themeIcons[theme];
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const turn = (): void => {
    chooseTheme(next);
    setTheme(next);
  };
  return (
    <div className="mt-auto flex items-center justify-between gap-1 border-t border-line pt-2">
      <span className="px-2 text-soft">{role === 'holder' ? 'key holder' : role}</span>
      <span className="flex">
        <Button look="quiet" onClick={turn} aria-label={`Colours: ${theme}. Change to ${next}`}>
          <Icon aria-hidden className="size-4" />
        </Button>
        <Button look="quiet" onClick={() => void signOut()} aria-label="Sign out">
          <LogOut aria-hidden className="size-4" />
        </Button>
      </span>
    </div>
  );
}

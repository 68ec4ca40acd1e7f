/** What stands around every view: who is signed in, the ways to the views, whether what is shown is live, and what the keys do. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { call, get, Problem } from '../shared/api.ts';
import { spanOf, useNow } from '../shared/time.tsx';
import type { SessionView } from '../shared/types.ts';
import { ReviewScreen } from '../views/review/review-screen.tsx';
import { ScheduledScreen } from '../views/scheduled/scheduled-screen.tsx';
import { TraceScreen } from '../views/trace/trace-screen.tsx';
import { Announcer, say } from './announcer.tsx';
import { CheatSheet } from './cheat-sheet.tsx';
import { useGoKeys, useKeys } from './keys.ts';
import { Link } from './link.tsx';
import { useLive, useLiveUpdates } from './live.ts';
import { Palette } from './palette.tsx';
import { go, usePlace, VIEWS } from './router.ts';
import type { View } from './router.ts';

const TITLES: Readonly<Record<View, string>> = { review: 'Review', scheduled: 'Scheduled', trace: 'Trace' };
const SCREENS = { review: ReviewScreen, scheduled: ScheduledScreen, trace: TraceScreen } as const;

export function Shell() {
  const session = useQuery({
    queryKey: ['session'],
    queryFn: () => get<SessionView>('/v1/session'),
    staleTime: 60_000,
  });
  const client = useQueryClient();
  useLiveUpdates(client, session.isSuccess);
  if (session.isPending) return <p className="loading">Opening the console …</p>;
  if (session.error instanceof Problem && session.error.status === 401) return <SignedOut />;
  if (session.isError) return <p className="loading">{session.error.message}</p>;
  return <SignedIn session={session.data} />;
}

function SignedOut() {
  return (
    <main className="signed-out">
      <h1>Gatehouse</h1>
      <p>You are not signed in. At the machine of the server, ask for a link:</p>
      <pre>gatehouse sign-in --as NAME --role reviewer --tenant TENANT</pre>
      <p>The link signs you in once. The session ends by itself after twelve hours.</p>
    </main>
  );
}

function SignedIn({ session }: { readonly session: SessionView }) {
  const place = usePlace();
  const client = useQueryClient();
  const [open, setOpen] = useState<'keys' | 'palette' | null>(null);
  const Screen = SCREENS[place.view];
  useGoKeys({
    r: () => go({ view: 'review' }),
    s: () => go({ view: 'scheduled' }),
    t: () => go({ view: 'trace' }),
  });
  useKeys({ '?': () => setOpen('keys'), 'mod+k': () => setOpen('palette') }, { whileTyping: ['mod+k'] });
  const signOut = (): void => {
    call('DELETE', '/v1/session').then(
      () => client.resetQueries({ queryKey: ['session'] }),
      (error: unknown) => say(error instanceof Error ? error.message : 'Signing out failed.', 'bad'),
    );
  };
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Go to the content
      </a>
      <header className="bar">
        <span className="brand">Gatehouse</span>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <Link key={view} to={{ view }} current={view === place.view}>
              {TITLES[view]}
            </Link>
          ))}
        </nav>
        <LiveBadge />
        <span className="who">
          {session.identity.replace(/^person:/, '')}{' '}
          <span className="muted">
            {session.role} · {session.tenant}
          </span>
        </span>
        <button type="button" onClick={() => setOpen('keys')}>
          Keys <kbd>?</kbd>
        </button>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main id="main" tabIndex={-1} aria-label={TITLES[place.view]}>
        <h1 className="unseen">{TITLES[place.view]}</h1>
        <Screen key={place.view} session={session} />
      </main>
      <Announcer />
      {open === 'keys' && <CheatSheet onClose={() => setOpen(null)} />}
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
    </div>
  );
}

/** A stream that was silent for longer than two heartbeats may be dead without anybody having noticed. */
const SILENT_MS = 35_000;

function LiveBadge() {
  const { state, heardAt } = useLive();
  const now = useNow();
  const silent = state === 'live' && now - heardAt > SILENT_MS;
  if (state === 'connecting') return <span className="live">connecting</span>;
  if (state === 'live' && !silent) return <span className="live on">live</span>;
  return <span className="live off">reconnecting, {spanOf(now - heardAt)} old</span>;
}

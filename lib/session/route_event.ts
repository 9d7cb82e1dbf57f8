/**
 * The router of events to open sessions.
 *
 * A name in the request decides alone: an event for a session that is not open waits for it and never
 * goes to another. Only a name can be ambiguous.
 *
 * @module
 */

export interface OpenSession {
  /** The number in the journal; a later session has a higher one. */
  readonly id: number;
  /** The client's session id, or one of our own; sub-agents of a session share it. */
  readonly key: string;
  /** The name of its folder. */
  readonly project: string;
  /** `owner/name` of the folder's repository, when known. */
  readonly repository?: string | undefined;
  /** The time of its last sign of life, in milliseconds since the epoch. */
  readonly activeAt: number;
  /** `true` when it was pushed many events and has shown none seen. */
  readonly isDeaf: boolean;
}

/** The session of an event, as the event names it. */
interface EventAddress {
  /** The name of a session, from `?session=` or `X-Session`. */
  readonly session?: string | undefined;
  /** `owner/name` of the repository that the event is about. */
  readonly repository?: string | undefined;
}

/** The route of an event: to a session, to none for now, or to none because several are meant. */
export type Route =
  | { readonly kind: "session"; readonly session: OpenSession }
  | { readonly kind: "none" }
  | { readonly kind: "ambiguous"; readonly candidates: readonly OpenSession[] };

type Matcher = (session: OpenSession, name: string) => boolean;

/** The shortest beginning of a key that names a session. */
const MIN_KEY_LENGTH = 4;

const NONE: Route = Object.freeze({ kind: "none" });

function equalIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The ways in which a name matches a session; the next counts when no session matches by this one. */
const MATCHERS: readonly Matcher[] = [
  ({ project }, name) => project === name,
  ({ project }, name) => equalIgnoringCase(project, name),
  ({ key }, name) =>
    name.length >= MIN_KEY_LENGTH && key.toLowerCase().startsWith(name.toLowerCase()),
];

/** Sorts the most recently active session first, and of two the later one. */
function byActivity(a: OpenSession, b: OpenSession): number {
  return b.activeAt - a.activeAt || b.id - a.id;
}

/** Sorts sessions that are not deaf first, and among them the most recently active. */
function byHearing(a: OpenSession, b: OpenSession): number {
  return Number(a.isDeaf) - Number(b.isDeaf) || byActivity(a, b);
}

function best(sessions: readonly OpenSession[]): OpenSession | undefined {
  return sessions.toSorted(byHearing)[0];
}

function findByName(sessions: readonly OpenSession[], name: string): readonly OpenSession[] {
  for (const matches of MATCHERS) {
    const found = sessions.filter((session) => matches(session, name));
    if (found.length > 0) return found;
  }
  return [];
}

function findByRepository(
  sessions: readonly OpenSession[],
  repository: string,
): readonly OpenSession[] {
  return sessions.filter((session) =>
    session.repository !== undefined && equalIgnoringCase(session.repository, repository)
  );
}

function findOnlyHearing(sessions: readonly OpenSession[]): OpenSession | undefined {
  const hearing = sessions.filter(({ isDeaf }) => !isDeaf);
  return hearing.length === 1 ? hearing[0] : undefined;
}

function routeByName(sessions: readonly OpenSession[], name: string): Route {
  const candidates = findByName(sessions, name).toSorted(byActivity);
  const session = candidates[0];
  if (session === undefined) return NONE;
  return candidates.every(({ key }) => key === session.key)
    ? { kind: "session", session }
    : { kind: "ambiguous", candidates };
}

function findUnnamed(
  sessions: readonly OpenSession[],
  repository: string | undefined,
  defaultSession: string | undefined,
): OpenSession | undefined {
  return (repository === undefined ? undefined : best(findByRepository(sessions, repository))) ??
    findOnlyHearing(sessions) ??
    (defaultSession === undefined ? undefined : best(findByName(sessions, defaultSession))) ??
    best(sessions);
}

/**
 * Decides the session of an event.
 *
 * 1. A name in the address: the sessions with that project, else with that project in another case,
 *    else with a key that begins with it. Several are ambiguous, unless they share one key.
 * 2. The sessions of the event's repository.
 * 3. The only session, or the only one that is not deaf.
 * 4. The configured default, matched like a name.
 * 5. Any session.
 *
 * Where a step fits several sessions, the most recently active one gets the event, and from step 2 on a
 * session that is not deaf goes first.
 */
export function routeEvent(
  address: EventAddress,
  sessions: readonly OpenSession[],
  defaultSession?: string,
): Route {
  if (address.session !== undefined) return routeByName(sessions, address.session);
  const session = sessions.length < 2
    ? sessions[0]
    : findUnnamed(sessions, address.repository, defaultSession);
  return session === undefined ? NONE : { kind: "session", session };
}

/** Formats the name of a session for a choice: its project, and the beginning of its key. */
export function formatSessionName({ project, key }: OpenSession): string {
  return `${project} (${key.slice(0, 8)})`;
}

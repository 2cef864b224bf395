import { hash } from 'node:crypto';

/** What a share of the traffic is drawn by: a user's session, or the user where no session is known. */
export function shareKeyOf(userId: string, session: string): string {
  return `${userId}\n${session}`;
}

/** What keeps the requests of a session together. Users do not share keys: what two of them call alike are two sessions. */
export function stickyKeyOf(userId: string, session: string): string {
  return session === '' ? '' : hash('sha256', `${userId}\n${session}`, 'base64url');
}

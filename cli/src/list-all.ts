import type { Message } from '@bufbuild/protobuf';
import { type Kind, unwrap } from '#registry/kinds.ts';
import type { AdminCalls } from './administration.ts';

/** The most that a page can have. */
const PAGE_SIZE = 1_000;

/** Every resource of a kind that its filters let through, page by page. */
export async function listAll(
  calls: Pick<AdminCalls, 'list'>,
  kind: Kind,
  filters: Readonly<Record<string, string>> = {},
): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for (let after = ''; ; ) {
    const { resources, hasMore } = await calls.list({ kind, filters: { ...filters }, limit: PAGE_SIZE, after });
    const page = resources.flatMap((resource) => unwrap(resource)?.value ?? []);
    messages.push(...page);
    const last = page.at(-1);
    if (!hasMore || last === undefined) return messages;
    after = last.id;
  }
}

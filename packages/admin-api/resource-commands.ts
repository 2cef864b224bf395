import type { AdminMethod, AdminRole } from '#contracts/admin.ts';
import type { Role } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import type { KindFacts } from '#registry/kinds.ts';
import type { AdminCommand, HttpVerb } from './admin-command.ts';

/** What each of the five commands is, for a resource that has it. */
interface Row {
  readonly word: string;
  readonly method: AdminMethod;
  readonly verb: HttpVerb;
  readonly isOfOne: boolean;
  readonly isRead: boolean;
  readonly status: number;
  readonly has: (kind: KindFacts) => boolean;
  readonly summary: (kind: KindFacts) => string;
}

const always = (): boolean => true;
const isOneOfMany = ({ options }: KindFacts): boolean => !options.isSingle;
const a = (title: string): string => `${/^[aeiou]/i.test(title) && !/^use/i.test(title) ? 'an' : 'a'} ${title}`;

const rows: readonly Row[] = [
  {
    word: 'create',
    method: 'create',
    verb: 'POST',
    isOfOne: false,
    isRead: false,
    status: 201,
    has: ({ options }) => !options.isNamed && !options.isSingle,
    summary: ({ options }) => `Creates ${a(options.title)}`,
  },
  {
    word: 'list',
    method: 'list',
    verb: 'GET',
    isOfOne: false,
    isRead: true,
    status: 200,
    has: isOneOfMany,
    summary: ({ options }) => `Lists ${options.collection.replaceAll('-', ' ')}, a page at a time`,
  },
  {
    word: 'get',
    method: 'get',
    verb: 'GET',
    isOfOne: true,
    isRead: true,
    status: 200,
    has: always,
    summary: ({ options }) => `Shows ${options.isSingle ? 'the settings' : a(options.title)}`,
  },
  {
    word: 'set',
    method: 'update',
    verb: 'PUT',
    isOfOne: true,
    isRead: false,
    status: 200,
    has: ({ options }) => options.isNamed,
    summary: ({ options }) => `Creates ${a(options.title)}, or replaces the one of this id`,
  },
  {
    word: 'update',
    method: 'update',
    verb: 'PATCH',
    isOfOne: true,
    isRead: false,
    status: 200,
    has: always,
    summary: ({ options }) => `Changes the named fields of ${options.isSingle ? 'the settings' : a(options.title)}`,
  },
  {
    word: 'delete',
    method: 'delete',
    verb: 'DELETE',
    isOfOne: true,
    isRead: false,
    status: 200,
    has: isOneOfMany,
    summary: ({ options }) => `Deletes ${a(options.title)}`,
  },
];

/** The commands that every resource of a kind has. */
export function resourceCommands(
  kind: KindFacts,
  rolesOf: (roles: readonly Role[]) => readonly AdminRole[],
): readonly AdminCommand[] {
  const { schema, options } = kind;
  const all = `/admin/${options.collection}`;
  const one = options.isSingle ? all : `${all}/{id}`;
  return rows
    .filter((row) => row.has(kind))
    .map((row) => ({
      method: row.method,
      kind,
      verb: row.verb,
      path: row.isOfOne ? one : all,
      cli: `${options.collection} ${row.word}`,
      roles: rolesOf(row.isRead ? options.read : options.write),
      summary: row.summary(kind),
      input: schema,
      output: schema,
      status: row.status,
      isRead: row.isRead,
    }));
}

import type { Route } from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { Refusal } from '#errors/error-table.ts';
import { invalid } from '#errors/invalid.ts';
import { timeMs } from '#kernel/time-text.ts';
import type { KindRules } from '../kind-rules.ts';

/** A name of a header: RFC 9110, section 5.1. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What is said of them would stand in the log as it is. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'cookie',
]);

/** Routes: conditions that can hold, and no secret among them. */
export const routeRules: KindRules<'route'> = {
  settle: (next) => ({ ...next, status: next.status === '' ? 'active' : next.status }),
  problem: (route) => headersProblem(route) ?? hoursProblem(route) ?? rangesProblem(route) ?? shadowProblem(route),
};

function headersProblem({ headers }: Route): Refusal | undefined {
  for (const [index, { name }] of headers.entries()) {
    const param = `headers[${index}].name`;
    if (!HEADER_NAME.test(name)) return invalid(`'${param}' must be the name of a header, such as "x-team".`, param);
    if (SECRET_HEADERS.has(name.toLowerCase())) {
      return invalid(`'${param}' must not be a header that holds a secret: name keys, users, teams or tags.`, param);
    }
  }
  return undefined;
}

function hoursProblem({ hours }: Route): Refusal | undefined {
  const index = hours.findIndex(({ from, to }) => from !== '' && from === to);
  if (index === -1) return undefined;
  const param = `hours[${index}].to`;
  return invalid(`'${param}' must not be the same as 'hours[${index}].from'; leave out both for the whole day.`, param);
}

function rangesProblem({ startsAt, endsAt, promptTokensMin, promptTokensMax }: Route): Refusal | undefined {
  if (promptTokensMax > 0 && promptTokensMax < promptTokensMin) {
    return invalid("'prompt_tokens_max' must not be below 'prompt_tokens_min'.", 'prompt_tokens_max');
  }
  if (startsAt === '' || endsAt === '' || timeMs(startsAt) < timeMs(endsAt)) return undefined;
  return invalid("'ends_at' must be after 'starts_at'.", 'ends_at');
}

/** A share of copies that nobody gets was written by mistake. */
function shadowProblem({ shadow, shadowPercent }: Route): Refusal | undefined {
  if (shadow !== undefined || shadowPercent === '') return undefined;
  return invalid("'shadow_percent' needs a 'shadow' that gets the copies.", 'shadow_percent');
}

import type { IncomingHttpHeaders } from 'node:http';
import { isTag } from '#admin-api/formats.ts';
import { type Priority, type Strategy, strategies } from '#contracts/routing.ts';
import { Fault } from '#errors/fault.ts';
import { invalid } from '#errors/invalid.ts';
import { oneOf, wholeNumber } from '../http/header-value.ts';

/** The headers by which a client says how its request is to be routed, by the names that settings refuse them by. */
export const routingHeaders = {
  strategy: 'x-gateway-strategy',
  fallbacks: 'x-gateway-fallbacks',
  timeout: 'x-gateway-timeout-ms',
  retries: 'x-gateway-retries',
  region: 'x-gateway-region',
  priority: 'x-gateway-priority',
} as const;

type OptionName = keyof typeof routingHeaders;
const optionNames = Object.keys(routingHeaders) as OptionName[];

/** Each of them may be tried, and has a hold set aside for it. */
export const FALLBACKS_MAX = 5;
/** As long as a name of a model may be in policy. */
const MODEL_NAME_MAX_CHARACTERS = 200;
/** As many as policy may allow. */
export const RETRIES_MAX = 10;

/** How a client wants its request to be routed; what is absent is left to policy. */
export interface RoutingOptions {
  readonly strategy?: Strategy | undefined;
  /** Models in the place of the one that was asked for, in the order to be tried. */
  readonly fallbacks: readonly string[];
  /** The time of the request with all its attempts. */
  readonly timeoutMs?: number | undefined;
  readonly attemptsMax?: number | undefined;
  /** Empty: any. */
  readonly region: string;
  readonly priority?: Priority | undefined;
}

const noOptions: RoutingOptions = { fallbacks: [], region: '' };

/** What the gateway's operator allows. */
export interface OptionBounds {
  /** Names of options that clients may not choose. */
  readonly refused: readonly string[];
  readonly timeoutMaxMs: number;
}

/** Reads them. Throws a `Fault` (`invalid_request`) that names the header, for a value that is none or may not be chosen. */
export function routingOptions(headers: IncomingHttpHeaders, { refused, timeoutMaxMs }: OptionBounds): RoutingOptions {
  const given = optionNames.filter((name) => headers[routingHeaders[name]] !== undefined);
  if (given.length === 0) return noOptions;
  const barred = given.find((name) => refused.includes(name));
  if (barred !== undefined) throw new Fault(mayNotChoose(routingHeaders[barred]));
  const retries = wholeNumber(headers, routingHeaders.retries, { least: 0, most: RETRIES_MAX });
  return {
    strategy: oneOf(headers, routingHeaders.strategy, strategies),
    fallbacks: fallbacksIn(headers),
    timeoutMs: wholeNumber(headers, routingHeaders.timeout, { least: 1, most: timeoutMaxMs }),
    attemptsMax: retries === undefined ? undefined : retries + 1,
    region: regionIn(headers),
    priority: oneOf(headers, routingHeaders.priority, ['high', 'normal', 'low']),
  };
}

function fallbacksIn(headers: IncomingHttpHeaders): readonly string[] {
  const name = routingHeaders.fallbacks;
  const given = headers[name];
  if (given === undefined) return [];
  const models = [
    ...new Set(
      String(given)
        .split(',')
        .map((each) => each.trim()),
    ),
  ].filter((each) => each !== '');
  if (models.length > FALLBACKS_MAX) throw new Fault(invalid(`${name} has at most ${FALLBACKS_MAX} models.`, name));
  if (models.some((each) => each.length > MODEL_NAME_MAX_CHARACTERS)) {
    throw new Fault(invalid(`A model in ${name} has at most ${MODEL_NAME_MAX_CHARACTERS} characters.`, name));
  }
  return models;
}

function regionIn(headers: IncomingHttpHeaders): string {
  const name = routingHeaders.region;
  const given = headers[name];
  if (given === undefined) return '';
  const region = String(given).trim();
  if (isTag(region)) return region;
  throw new Fault(
    invalid(`The header ${name} must be a region such as eu: up to 64 lower-case letters, digits and . _ - :`, name),
  );
}

function mayNotChoose(name: string) {
  return invalid(
    `The header ${name} may not be used here: the gateway's administrator has left the choice to policy.`,
    name,
  );
}

import { multiplier } from '#contracts/admin-fields.ts';
import { Format } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { compileAddressRanges } from '#kernel/address-ranges.ts';
import { parsePercent } from '#kernel/percent.ts';
import { parseTimeOfDay } from '#kernel/time-of-day.ts';
import { parseMultiplier } from '#money/multiplier.ts';
import { parseUsd } from '#money/nano-usd.ts';
import { parseUsdPerMtok } from '#money/usd-per-mtok.ts';

/** What a text of a format has to be. */
export interface FormatFacts {
  /** After "'field' must be ". */
  readonly is: string;
  /** @param beside The message that holds the field, by the names of its properties. */
  readonly fits: (text: string, beside: Readonly<Record<string, unknown>>) => boolean;
}

/** Enough for any name of a model, and few enough that a match stays cheap. */
const STARS_MAX = 8;
/** A word on a label. */
const TAG_CHARS_MAX = 64;
/** An int64 holds every number of 18 digits. */
const COUNT = /^\d{1,18}$/;

const ID = /^[A-Za-z0-9._\-:/@]+$/;
/** A segment of these would be resolved away by clients that tidy a URL. */
const DOTS = /^\.{1,2}$/;
/** One @ with something on both sides. Only a mail that arrives can prove more. */
const EMAIL = /^[^\s@]+@[^\s@]+$/u;
const TIME = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const SECRET_REFERENCE = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\S.*)$/;
const TAG = /^[a-z0-9._\-:]+$/;
const AREA_OF_TIME = /^[A-Za-z]/;

/** Every format there is. */
export const formats: Readonly<Record<Exclude<Format, Format.UNSPECIFIED>, FormatFacts>> = {
  [Format.ID]: {
    is: 'an id of letters, digits and ._-:/@',
    fits: (text) => ID.test(text) && !text.split('/').some((segment) => DOTS.test(segment)),
  },
  [Format.EMAIL]: { is: 'an e-mail address', fits: (text) => EMAIL.test(text) },
  [Format.USD]: { is: 'decimal USD with at most 9 decimals, such as "10.50"', fits: isUsd },
  [Format.MULTIPLIER]: {
    is: 'a decimal factor from 0.01 to 100 with at most 4 decimals, such as "1.5"',
    fits: (text) => {
      const basisPoints = parseMultiplier(text) ?? 0;
      return basisPoints >= multiplier.min && basisPoints <= multiplier.max;
    },
  },
  [Format.TIME]: { is: 'a time such as "2026-11-28T12:00:00Z"', fits: isTime },
  [Format.CIDR]: {
    is: 'an IPv4 or IPv6 address or range, such as "10.0.0.0/8"',
    fits: (text) => doesNotThrow(() => compileAddressRanges([text])),
  },
  [Format.PATTERN]: {
    is: `a name without blanks, in which at most ${STARS_MAX} "*" stand for any characters`,
    fits: (text) => !/\s/u.test(text) && text.split('*').length - 1 <= STARS_MAX,
  },
  [Format.URL]: { is: 'an http:// or https:// URL without a password', fits: isUrl },
  [Format.AMOUNT]: {
    is: 'a whole number of at most 18 digits, or decimal USD where the unit is cost',
    fits: (text, { unit }) => (unit === 'cost' ? isUsd(text) && !/^[+-]/.test(text) : COUNT.test(text)),
  },
  [Format.SECRET_REFERENCE]: {
    is: 'a reference such as "env:NAME" or "file:PATH"',
    fits: (text) => SECRET_REFERENCE.test(text),
  },
  [Format.USD_PER_MILLION]: {
    is: 'decimal USD for a million units, such as "0.15"',
    fits: (text) => doesNotThrow(() => parseUsdPerMtok(text)),
  },
  [Format.TIME_ZONE]: {
    is: 'an IANA time zone, such as "Europe/Berlin"',
    fits: (text) =>
      AREA_OF_TIME.test(text) && doesNotThrow(() => new Intl.DateTimeFormat('en', { timeZone: text }).format(0)),
  },
  [Format.TAG]: {
    is: `a tag of at most ${TAG_CHARS_MAX} lower-case letters, digits and ._-:`,
    fits: isTag,
  },
  [Format.PERCENT]: {
    is: 'a percentage from 0 to 100 with at most 2 decimals, such as "2.5"',
    fits: (text) => parsePercent(text) !== undefined,
  },
  [Format.TIME_OF_DAY]: {
    is: 'a time of day from "00:00" to "23:59", such as "22:00"',
    fits: (text) => parseTimeOfDay(text) !== undefined,
  },
};

function isUsd(text: string): boolean {
  return doesNotThrow(() => parseUsd(text));
}

function isTime(text: string): boolean {
  const [, day = ''] = TIME.exec(text) ?? [];
  // A day that no month has is taken by Date as a day of the next month.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  return (
    Number.isFinite(midnight) && new Date(midnight).toISOString().startsWith(day) && !Number.isNaN(Date.parse(text))
  );
}

function isUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

function doesNotThrow(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** Whether administration takes the text as a tag; what a request is tagged with must be able to meet a limit's. */
export function isTag(text: string): boolean {
  return TAG.test(text) && text.length <= TAG_CHARS_MAX;
}

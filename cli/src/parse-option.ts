import { InvalidArgumentError } from 'commander';
import type { Until } from '#audit/balance-at.ts';
import type { Anchor } from '#audit/invariants/hash-chain.ts';

/** A whole number from 1. */
export function parsePositive(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Write a whole number from 1.');
}

/** A whole number from 0. */
export function parseCount(text: string): number {
  return text === '0' ? 0 : parsePositive(text);
}

/** A position, or a moment in ISO 8601. A moment without a time zone would mean another one on another machine: refused. */
export function parseUntil(text: string): Until {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return { kind: 'position', position: Number(text) };
  const atMs = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return { kind: 'time', atMs };
  throw new InvalidArgumentError('Write a position (1234) or a time with its zone (2026-01-31T12:00:00Z).');
}

/** `POSITION:HASH`, several of them when the option is repeated. */
export function parseAnchor(text: string, others: readonly Anchor[]): readonly Anchor[] {
  const [, position, hash] = /^(\d{1,15}):([0-9a-fA-F]{64})$/.exec(text) ?? [];
  if (position === undefined || hash === undefined) {
    throw new InvalidArgumentError('Write POSITION:HASH, the hash as 64 hex digits.');
  }
  return [...others, { position: Number(position), chain: Buffer.from(hash, 'hex') }];
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

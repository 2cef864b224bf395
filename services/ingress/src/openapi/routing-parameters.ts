import type { JsonSchema } from '#admin-api/json-schema.ts';
import { strategies } from '#contracts/routing.ts';
import { FALLBACKS_MAX, RETRIES_MAX, routingHeaders } from '../completions/routing-options.ts';
import { parameter } from './operation.ts';

const text: JsonSchema = { type: 'string' };

/** How a client says how its request is to be routed. */
export const routingParameters: readonly JsonSchema[] = [
  parameter(
    routingHeaders.strategy,
    'header',
    { enum: [...strategies] },
    'How candidates of the same tier are ordered; else policy says so.',
  ),
  parameter(
    routingHeaders.fallbacks,
    'header',
    text,
    `Up to ${FALLBACKS_MAX} models, with commas between them, that are asked in their order where the one that was asked for fails.`,
  ),
  parameter(
    routingHeaders.timeout,
    'header',
    { type: 'integer', minimum: 1 },
    'The most milliseconds of the request with all its attempts, within those of policy.',
  ),
  parameter(
    routingHeaders.retries,
    'header',
    { type: 'integer', minimum: 0, maximum: RETRIES_MAX },
    'How often it is tried again at most, within what policy allows.',
  ),
  parameter(routingHeaders.region, 'header', text, 'It goes to providers of this region alone, or is refused.'),
  parameter(
    routingHeaders.priority,
    'header',
    { enum: ['high', 'normal', 'low'] },
    'Who goes first where requests wait for a place at a provider; it can be lowered, and not raised.',
  ),
];

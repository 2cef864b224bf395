import assert from 'node:assert/strict';
import {
  LimitSchema,
  PriceSchema,
  SettingsSchema,
  TeamSchema,
  UserSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import { test } from '#testkit/test.ts';
import { componentSchemas, schemaRef } from './json-schema.ts';

// biome-ignore lint/suspicious/noExplicitAny: schemas are looked into as a tool would, field by field.
type Schemas = any;

test('what callers write has its bounds, formats and closed sets, and nothing else', () => {
  const { TeamInput, UserInput, SettingsInput }: Schemas = componentSchemas([
    [TeamSchema, 'input'],
    [UserSchema, 'input'],
    [SettingsSchema, 'input'],
  ]);
  assert.deepEqual(TeamInput.required, ['name']);
  assert.deepEqual(Object.keys(TeamInput.properties), [
    'name',
    'status',
    'organisation_id',
    'tags',
    'metadata',
    'strategy',
  ]);
  assert.equal(TeamInput.additionalProperties, false);
  assert.deepEqual(TeamInput.properties.name, { type: 'string', maxLength: 200 });
  assert.equal(TeamInput.properties.metadata.maxProperties, 50);
  assert.equal(UserInput.properties.email.format, 'email');
  assert.partialDeepStrictEqual(UserInput.properties.multiplier, { type: ['string', 'number'], examples: ['1.5'] });
  assert.partialDeepStrictEqual(SettingsInput.properties.output_tokens_default, { minimum: 1, maximum: 1_000_000 });
});

test('a change may leave out any field, empty it with null, and must have one', () => {
  const { TeamChange, SettingsChange }: Schemas = componentSchemas([
    [TeamSchema, 'change'],
    [SettingsSchema, 'change'],
  ]);
  assert.equal(TeamChange.minProperties, 1);
  assert.ok(!('required' in TeamChange));
  assert.partialDeepStrictEqual(TeamChange.properties.status, {
    type: ['string', 'null'],
    enum: ['active', 'suspended', null],
  });
  assert.deepEqual(SettingsChange.properties.console_oidc?.anyOf, [
    { $ref: '#/components/schemas/ConsoleOidcInput' },
    { type: 'null' },
  ]);
});

test('what is shown has what the gateway sets, may be null where it is a text, and refers to what it holds', () => {
  const schemas: Schemas = componentSchemas([
    [LimitSchema, 'output'],
    [PriceSchema, 'output'],
  ]);
  assert.deepEqual(Object.keys(schemas), [
    'Limit',
    'LimitSubject',
    'Price',
    'PriceBand',
    'ServiceTierPrice',
    'UnitPrice',
  ]);
  assert.deepEqual(schemas.Limit.properties.object, { const: 'limit' });
  assert.deepEqual(schemas.Limit.properties.used.type, ['string', 'number', 'null']);
  assert.ok(!('generation' in schemas.Limit.properties), 'what is hidden has no place in it');
  assert.deepEqual(
    schemas.PriceBand.properties.prices.items,
    schemaRef(PriceSchema.fields[1]?.message ?? PriceSchema, 'output'),
  );
});

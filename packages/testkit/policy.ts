import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AliasSchema,
  ModelSchema,
  PriceSchema,
  ProviderSchema,
  RouteSchema,
  SettingsSchema,
  TeamSchema,
  UserSchema,
} from '#contracts/gen/gateway/admin/v1/resources_pb.js';
import type { AnyResource } from '#registry/kinds.ts';
import { createRegistry, type RegistryFold, SINGLE_ID } from '#registry/registry.ts';

/** Resources with the fields a test is about; all others are empty. */
export const policy = {
  provider: (fields: MessageInitShape<typeof ProviderSchema>): AnyResource<'provider'> => ({
    case: 'provider',
    value: create(ProviderSchema, { kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', status: 'active', ...fields }),
  }),
  model: (fields: MessageInitShape<typeof ModelSchema>): AnyResource<'model'> => ({
    case: 'model',
    value: create(ModelSchema, { status: 'active', ...fields }),
  }),
  alias: (id: string, ...models: string[]): AnyResource<'alias'> => ({
    case: 'alias',
    value: create(AliasSchema, { id, models }),
  }),
  user: (fields: MessageInitShape<typeof UserSchema>): AnyResource<'user'> => ({
    case: 'user',
    value: create(UserSchema, { status: 'active', ...fields }),
  }),
  team: (fields: MessageInitShape<typeof TeamSchema>): AnyResource<'team'> => ({
    case: 'team',
    value: create(TeamSchema, { status: 'active', ...fields }),
  }),
  price: (fields: MessageInitShape<typeof PriceSchema>): AnyResource<'price'> => ({
    case: 'price',
    value: create(PriceSchema, fields),
  }),
  settings: (fields: MessageInitShape<typeof SettingsSchema>): AnyResource<'settings'> => ({
    case: 'settings',
    value: create(SettingsSchema, { id: SINGLE_ID, ...fields }),
  }),
  route: (fields: MessageInitShape<typeof RouteSchema>): AnyResource<'route'> => ({
    case: 'route',
    value: create(RouteSchema, fields),
  }),
};

/** A registry that holds these resources. */
export function registryOf(...resources: readonly AnyResource[]): RegistryFold {
  const registry = createRegistry();
  for (const resource of resources) registry.load(resource);
  return registry;
}

import { create, type DescMessage, getOption, type Message } from '@bufbuild/protobuf';
import { type ResourceOptions, resource as resourceOption } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { type Resource, ResourceSchema } from '#contracts/gen/gateway/admin/v1/resources_pb.js';

type Case = Exclude<Resource['resource'], { case: undefined }>;

/** What a resource is: the name of its field in `Resource`. */
export type Kind = Case['case'];

/** A resource's state. */
export type ResourceOf<K extends Kind> = Extract<Case, { case: K }>['value'];

/** A resource with its kind: a union, so that a `switch` on `case` narrows `value`. */
export type AnyResource<K extends Kind = Kind> = { [C in K]: { readonly case: C; readonly value: ResourceOf<C> } }[K];

export interface KindFacts {
  readonly kind: Kind;
  readonly schema: DescMessage;
  readonly options: ResourceOptions;
}

/** Every kind there is, in the order of `Resource`'s fields, which is also the order in which they may refer to each other. */
export const kinds: ReadonlyMap<string, KindFacts> = new Map(
  ResourceSchema.fields.map(({ localName, message }) => {
    if (message === undefined) throw new Error(`Resource.${localName} is no message`);
    return [localName, { kind: localName as Kind, schema: message, options: getOption(message, resourceOption) }];
  }),
);

export function isKind(text: string): text is Kind {
  return kinds.has(text);
}

/** A kind's facts. */
export function factsOf(kind: Kind): KindFacts {
  const facts = kinds.get(kind);
  if (facts === undefined) throw new Error(`there is no kind ${kind}`);
  return facts;
}

/** A resource as a field of `Resource`, for a message or an event. */
export function wrap({ case: kind, value }: AnyResource): Resource {
  return create(ResourceSchema, { resource: { case: kind, value } as Case });
}

/** The resource in a `Resource`; undefined: none was given. */
export function unwrap({ resource }: Pick<Resource, 'resource'>): AnyResource | undefined {
  return resource.case === undefined ? undefined : resource;
}

/** An empty resource of a kind with its id. */
export function emptyResource<K extends Kind>(kind: K, id: string): ResourceOf<K> {
  return create(factsOf(kind).schema, { id }) as Message as ResourceOf<K>;
}

interface Described {
  readonly name: string;
}

/** What is read of an image of `buf build`, in JSON. */
export interface DescriptionsImage {
  readonly file: readonly {
    readonly package?: string;
    readonly messageType?: readonly (Described & { readonly field?: readonly Described[] })[];
    readonly sourceCodeInfo?: {
      readonly location: readonly { readonly path?: readonly number[]; readonly leadingComments?: string }[];
    };
  }[];
}

/** Of administration alone: nothing else is shown to people. */
const PACKAGE = 'gateway.admin.v1';

/** Field numbers of FileDescriptorProto.message_type and DescriptorProto.field, which paths of source info are made of. */
const MESSAGE = 4;
const FIELD = 2;

/** The comments of messages and fields by their whole names: `gateway.admin.v1.User.name`. */
export function descriptionsOf({ file }: DescriptionsImage): Readonly<Record<string, string>> {
  const descriptions: Record<string, string> = {};
  for (const { package: name, messageType = [], sourceCodeInfo } of file) {
    if (name !== PACKAGE) continue;
    for (const { path = [], leadingComments } of sourceCodeInfo?.location ?? []) {
      const [kind, messageAt = 0, part, fieldAt = 0] = path;
      const message = messageType[messageAt];
      if (leadingComments === undefined || kind !== MESSAGE || message === undefined) continue;
      const field = part === FIELD && path.length === 4 ? message.field?.[fieldAt] : undefined;
      if (path.length !== 2 && field === undefined) continue;
      const whole = [PACKAGE, message.name, ...(field === undefined ? [] : [field.name])].join('.');
      descriptions[whole] = leadingComments.trim().replaceAll(/\s+/g, ' ');
    }
  }
  return descriptions;
}

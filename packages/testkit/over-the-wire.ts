import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';

/** The message as the other end of a gRPC call gets it. */
export function overTheWire<M extends DescMessage>(schema: M, message: MessageInitShape<M>): MessageShape<M> {
  return fromBinary(schema, toBinary(schema, create(schema, message)));
}

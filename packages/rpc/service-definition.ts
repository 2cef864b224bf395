import { type DescMethod, type DescService, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** A generated service in the form that grpc-js serves and calls: methods by their local (camel-case) names. */
export function grpcServiceDefinition(service: DescService): ServiceDefinition {
  const definition: { [localName: string]: MethodDefinition<Message, Message> } = {};
  for (const method of service.methods) definition[method.localName] = grpcMethodDefinition(method);
  return definition;
}

/** One method: its HTTP/2 path, which sides stream, and how its messages become bytes and back. */
export function grpcMethodDefinition(method: DescMethod): MethodDefinition<Message, Message> {
  const { input, output, methodKind } = method;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: (message) => bytesOf(toBinary(input, message)),
    requestDeserialize: (bytes) => fromBinary(input, bytes),
    responseSerialize: (message) => bytesOf(toBinary(output, message)),
    responseDeserialize: (bytes) => fromBinary(output, bytes),
  };
}

/** Whether a call that may have been begun may be repeated, because it changes nothing. */
export function isRepeatable(method: DescMethod): boolean {
  return method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}

/** The same memory as a Buffer, which grpc-js writes. */
function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

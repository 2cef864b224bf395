import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { type ErrorCode, errorTable, isErrorCode } from '#errors/error-table.ts';
import { Fault, faultFrom } from '#errors/fault.ts';

/** The answer to a caller for a thrown value: the gRPC status of the table, with the code itself in the trailers. */
export function statusOfFault(thrown: unknown): StatusObject {
  const { code, message, param, retryAfterMs } = faultFrom(thrown).refusal;
  const metadata = new Metadata();
  metadata.set(CODE_KEY, code);
  if (param !== undefined) metadata.set(PARAM_KEY, Buffer.from(param));
  if (retryAfterMs !== undefined) metadata.set(RETRY_AFTER_KEY, String(Math.ceil(retryAfterMs)));
  return { code: grpcStatusOf(code), details: message, metadata };
}

/**
 * The fault behind a failed call to a peer: the peer's own if the trailers name one, otherwise the nearest of the
 * table.
 */
export function faultOfStatus(failure: Pick<StatusObject, 'code' | 'details' | 'metadata'>, peer: string): Fault {
  const named = failure.metadata.get(CODE_KEY)[0];
  if (typeof named !== 'string' || !isErrorCode(named)) {
    const code = CODE_OF_STATUS[failure.code] ?? 'internal_error';
    // The transport's text about a lost connection is long and says little.
    const message = code === 'unavailable' ? `${peer} does not answer.` : failure.details;
    return new Fault({ code, message }, { cause: failure });
  }
  const param = failure.metadata.get(PARAM_KEY)[0];
  const retryAfter = failure.metadata.get(RETRY_AFTER_KEY)[0];
  return new Fault(
    {
      code: named,
      message: failure.details,
      ...(param === undefined ? {} : { param: param.toString() }),
      ...(retryAfter === undefined ? {} : { retryAfterMs: Number(retryAfter) }),
    },
    { cause: failure },
  );
}

/** The gRPC status of a code. Throws for a name that gRPC does not know; a spec shows that the table has none. */
export function grpcStatusOf(code: ErrorCode): status {
  const name = errorTable[code].grpcStatus;
  if (!isStatusName(name)) throw new RangeError(`no gRPC status is called ${name}`);
  return status[name];
}

const CODE_KEY = 'gateway-error-code';
/** Binary, since a field's name may hold any character. */
const PARAM_KEY = 'gateway-error-param-bin';
const RETRY_AFTER_KEY = 'gateway-retry-after-ms';

/** The meaning of a status without a code of ours: it comes from the transport, a proxy, or grpc-js itself. */
const CODE_OF_STATUS: { readonly [grpcStatus: number]: ErrorCode } = {
  [status.CANCELLED]: 'client_gone',
  [status.INVALID_ARGUMENT]: 'invalid_request',
  [status.DEADLINE_EXCEEDED]: 'request_timeout',
  [status.NOT_FOUND]: 'not_found',
  [status.ALREADY_EXISTS]: 'conflict',
  [status.ABORTED]: 'conflict',
  [status.UNAUTHENTICATED]: 'invalid_admin_token',
  [status.PERMISSION_DENIED]: 'invalid_admin_token',
  /** grpc-js uses this for a message over its limit. */
  [status.RESOURCE_EXHAUSTED]: 'body_too_large',
  [status.UNIMPLEMENTED]: 'method_not_allowed',
  [status.UNAVAILABLE]: 'unavailable',
};

function isStatusName(name: string): name is keyof typeof status {
  return Object.hasOwn(status, name);
}

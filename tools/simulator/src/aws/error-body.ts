import type { ProblemDetails } from '../request-problem.ts';

const typesByStatus: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  402: 'ServiceQuotaExceededException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  503: 'ServiceUnavailableException',
};
/** What Bedrock puts behind the name of an error. */
const NAMESPACE = 'http://internal.amazon.com/coral/com.amazon.bedrock/';

interface AwsProblem {
  readonly status: number;
  readonly message: string;
  readonly details: ProblemDetails;
}

/** The JSON body of an error as AWS has it: the words alone. */
export function awsErrorBody({ message }: Pick<AwsProblem, 'message'>): string {
  return JSON.stringify({ message });
}

/** The header that names an error; `details.code` is its name where the status does not tell it. */
export function awsErrorHeaders({ status, details }: Pick<AwsProblem, 'status' | 'details'>): Record<string, string> {
  const type =
    details.code ?? typesByStatus[status] ?? (status < 500 ? 'ValidationException' : 'InternalServerException');
  return { 'x-amzn-errortype': `${type}:${NAMESPACE}` };
}

/** What some providers send while a request waits in their queue. */
export const processingComment = ': PROCESSING\n\n';

/** Lawful lines and events of a stream that belong to no format and have to be passed over. */
export const foreignEvents =
  processingComment +
  'event: heartbeat\ndata: {"type":"heartbeat"}\n\n' +
  'retry: 3000\nid: 7\nfoo: bar\n\n' +
  'event: billing\ndata: {"object":"billing.summary","billing":{}}\n\n';

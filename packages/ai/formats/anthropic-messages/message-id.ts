/** The id of a message, in the style of Anthropic's, by the request that it answers. */
export function messageIdOf(requestId: string): string {
  return `msg_${requestId.replaceAll(/[^a-zA-Z0-9]/g, '')}`;
}

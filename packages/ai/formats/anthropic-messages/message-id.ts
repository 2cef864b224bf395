/** The id of a message, in the style of Anthropic's, by the request that it answers. */
export function messageIdOf(requestId: string): string {
  return `msg_${lettersOf(requestId)}`;
}

/** The id of a call that its model gave none, by the request and its place in the answer. */
export function toolIdOf(requestId: string, index: number): string {
  return `toolu_${lettersOf(requestId)}_${index}`;
}

function lettersOf(requestId: string): string {
  return requestId.replaceAll(/[^a-zA-Z0-9]/g, '');
}

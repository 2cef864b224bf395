/** What a person who started the gateway needs to know, with a curl line that works as pasted. */
export function banner(facts: {
  readonly url: string;
  readonly grpcAddress: string;
  readonly dataDir: string;
  readonly adminToken: string;
  readonly demoKey: string | undefined;
  readonly providers: readonly string[];
  readonly model: string;
  readonly startMs: number;
}): string {
  const { url, demoKey } = facts;
  const key = demoKey ?? '<an API key: see README, "Users and keys">';
  return [
    '',
    `  AI API gateway, ready in ${(facts.startMs / 1000).toFixed(1)} s`,
    '',
    `  address      ${url}`,
    `  admin token  ${facts.adminToken}`,
    ...(demoKey === undefined ? [] : [`  demo key     ${demoKey}   (10 USD of credit)`]),
    `  providers    ${facts.providers.join(', ')}`,
    `  data         ${facts.dataDir}`,
    `  audit        npx gatewayctl audit verify   (gRPC at ${facts.grpcAddress})`,
    '',
    '  Try it:',
    '',
    `  curl ${url}/v1/chat/completions -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '{"model":"${facts.model}","messages":[{"role":"user","content":"Hello!"}]}'`,
    '',
    '  Ctrl-C stops it: running answers end first.',
    '',
    '',
  ].join('\n');
}

import type { Demo } from './demo.ts';

export interface BannerFacts {
  readonly url: string;
  readonly grpcAddress: string;
  readonly dataDir: string;
  /** Where PostgreSQL's files are, if not in the data directory. */
  readonly linkedDir: string | undefined;
  readonly secretsFile: string;
  readonly adminToken: string;
  readonly isAdminTokenGiven: boolean;
  readonly demo: Demo;
  readonly providers: readonly string[];
  readonly model: string;
  readonly startMs: number;
  /** Whether it goes to a terminal, where a person reads it, and not into a file or a pipe, where it stays. */
  readonly isTerminal: boolean;
  /** Opens one session of the console; empty: none was made. */
  readonly signInCode: string;
}

/**
 * What a person who started the gateway needs to know, with a curl line that works as pasted. Secrets are shown in a
 * terminal only; elsewhere it says how to get at them, and the lines to paste read them from where they are kept.
 */
export function banner(facts: BannerFacts): string {
  const { url } = facts;
  return [
    '',
    `  AI API gateway, ready in ${(facts.startMs / 1000).toFixed(1)} s`,
    '',
    `  address      ${url}`,
    `  admin token  ${adminTokenText(facts)}`,
    `  console      ${consoleText(facts)}`,
    `  demo key     ${demoText(facts)}`,
    `  providers    ${facts.providers.join(', ')}`,
    `  data         ${dataText(facts)}`,
    `  audit        npx gatewayctl audit verify   (gRPC at ${facts.grpcAddress})`,
    '',
    ...(facts.demo.kind === 'ready' ? [] : keyLines(facts)),
    '  Try it:',
    '',
    `  curl ${url}/v1/chat/completions -H "Authorization: Bearer ${keyText(facts)}" -H 'Content-Type: application/json' -d '{"model":"${facts.model}","messages":[{"role":"user","content":"Hello!"}]}'`,
    '',
    '  Ctrl-C stops it: running answers end first.',
    '',
    '',
  ].join('\n');
}

function dataText({ dataDir, linkedDir }: BannerFacts): string {
  return linkedDir === undefined ? dataDir : `${dataDir}, and the database in ${linkedDir}`;
}

function adminTokenText({ isAdminTokenGiven, isTerminal, adminToken, secretsFile }: BannerFacts): string {
  if (isAdminTokenGiven) return 'the one of your settings';
  return isTerminal ? adminToken : `in ${secretsFile}, as "adminToken"`;
}

/** What is behind the # is sent to nobody. */
function consoleText({ url, signInCode }: BannerFacts): string {
  if (signInCode === '') return `${url}/console/   (sign in with the admin token)`;
  return `${url}/console/#sign-in=${signInCode}   (signs in once, within an hour)`;
}

function demoText({ demo, isTerminal, secretsFile }: BannerFacts): string {
  switch (demo.kind) {
    case 'ready':
      return `${isTerminal ? demo.key : `in ${secretsFile}, as "demoKey"`}   (10 USD of credit)`;
    case 'revoked':
      return 'none: it was revoked, and is not replaced';
    case 'off':
      return `${demo.revokedKeys > 0 ? 'revoked' : 'none'}: ${demo.reason}`;
  }
}

function keyText({ demo, isTerminal, secretsFile }: BannerFacts): string {
  if (demo.kind !== 'ready') return '$KEY';
  return isTerminal ? demo.key : readFrom(secretsFile, 'demoKey');
}

/** How to make a key, where there is none to begin with. */
function keyLines(facts: BannerFacts): string[] {
  const { url, isAdminTokenGiven, isTerminal, adminToken, secretsFile } = facts;
  const kept = isTerminal ? adminToken : readFrom(secretsFile, 'adminToken');
  const post = (path: string, body: string): string =>
    `  curl -X POST ${url}/admin/${path} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '${body}'`;
  return [
    '  Make a user, give it credit and a key; USER_ID is in the first answer, the key (KEY) in the last:',
    '',
    ...(isAdminTokenGiven ? [] : [`  TOKEN="${kept}"`]),
    post('users/', '{"name":"Ada","email":"ada@example.com"}'),
    post('users/USER_ID/balance', '{"amount_usd":"10"}'),
    post('api-keys/', '{"user_id":"USER_ID","name":"first"}'),
    '',
  ];
}

/** Shell that reads a field of the secrets' file, which has a line for each. */
function readFrom(secretsFile: string, field: string): string {
  return `$(sed -n 's/.*"${field}": "\\(.*\\)".*/\\1/p' '${secretsFile.replaceAll("'", `'\\''`)}')`;
}

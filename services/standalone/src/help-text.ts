/** What `--help` prints. */
export const helpText = `The AI API gateway: six services in one process, with an embedded PostgreSQL.

  npm start                        start; data stays in ./data
  npm start -- --quiet             without the banner

Settings come from config/gateway.yaml and the environment, which wins: GATEWAY_PORT (8080), GATEWAY_HOST,
GATEWAY_DATA_DIR (./data), GATEWAY_ADMIN_TOKEN, DATABASE_URL (a PostgreSQL of your own), GATEWAY_LOG_LEVEL, …
The file lists them all. OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY and those of some 50 others switch their providers
on (docs/providers.md); without any provider the simulator answers.
`;

/** A region or `global`, the maker, and the model; an ARN of an inference profile has them at its end. */
const CLAUDE_PATTERN = /(?:^|[./])anthropic\.(claude-[^/]+)$/;

/** Anthropic's own name of a model of Bedrock's; undefined: it is none of Anthropic's. */
export function bareClaude(model: string): string | undefined {
  return CLAUDE_PATTERN.exec(model)?.[1];
}

import type { ModelTarget, ModelTargetInput } from '../../api/gen/index.ts';

/** Targets a line each: `provider/model weight=2 tier=1`. The model may be left out, and hold slashes. */
export function targetsText(targets: readonly ModelTarget[]): string {
  return targets
    .map(({ provider, model, weight = 0, tier = 0 }) => {
      const name = model ? `${provider}/${model}` : (provider ?? '');
      return `${name}${weight > 0 ? ` weight=${weight}` : ''}${tier > 0 ? ` tier=${tier}` : ''}`;
    })
    .join('\n');
}

/** Throws an `Error` that names the line which cannot be read. */
export function readTargets(text: string): ModelTargetInput[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readTarget);
}

function readTarget(line: string): ModelTargetInput {
  const [name = '', ...more] = line.split(/\s+/);
  const slash = name.indexOf('/');
  const target: ModelTargetInput = { provider: slash === -1 ? name : name.slice(0, slash) };
  if (slash !== -1) target.model = name.slice(slash + 1);
  for (const part of more) {
    const [, key, digits] = /^(weight|tier)=(\d+)$/.exec(part) ?? [];
    if (key !== 'weight' && key !== 'tier') {
      throw new Error(`'${part}' of the target '${line}' is not understood: write weight=2 or tier=1.`);
    }
    target[key] = Number(digits);
  }
  return target;
}

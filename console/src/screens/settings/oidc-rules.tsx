import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { adminRoles } from '../access/new-token.tsx';
import { HOLDER, type RuleDraft } from './oidc-draft.ts';

interface OidcRulesProps {
  readonly rules: readonly RuleDraft[];
  /** What the gateway refuses in a rule; undefined: nothing. */
  readonly problemOf: (at: number, field: 'group' | 'role' | 'team') => string | undefined;
  readonly onChange: (rules: readonly RuleDraft[]) => void;
}

/** Which group may do what. The first rule that fits counts, so their order can be changed. */
export function OidcRules({ rules, problemOf, onChange }: OidcRulesProps) {
  const set = (at: number, change: Partial<RuleDraft>): void =>
    onChange(rules.map((rule, each) => (each === at ? { ...rule, ...change } : rule)));
  const add = (): void => {
    const key = Math.max(-1, ...rules.map((rule) => rule.key)) + 1;
    onChange([...rules, { key, group: '', role: 'operator', team: '' }]);
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium">Rules</legend>
      <p className="text-xs text-soft">The first whose group a person is in counts. Whom none fits is refused.</p>
      <ol className="flex flex-col gap-2">
        {rules.map((rule, at) => (
          <li key={rule.key} className="flex flex-wrap items-end gap-2 rounded-md border border-line p-2">
            <TextField
              label={`Group of rule ${at + 1}`}
              className="min-w-36 flex-1"
              value={rule.group}
              problem={problemOf(at, 'group')}
              required
              onChange={(event) => set(at, { group: event.target.value })}
            />
            <SelectField
              label="Role"
              aria-label={`Role of rule ${at + 1}`}
              className="w-28"
              value={rule.role}
              problem={problemOf(at, 'role')}
              onChange={(event) => set(at, { role: event.target.value })}
            >
              {[...adminRoles, HOLDER].map((role) => (
                <option key={role}>{role}</option>
              ))}
            </SelectField>
            {rule.role === HOLDER && (
              <TextField
                label={`Team of rule ${at + 1}`}
                className="w-36"
                placeholder="id, or none"
                value={rule.team}
                problem={problemOf(at, 'team')}
                onChange={(event) => set(at, { team: event.target.value })}
              />
            )}
            <span className="flex">
              <Button
                look="quiet"
                disabled={at === 0}
                aria-label={`Rule ${at + 1} up`}
                onClick={() => onChange(swapped(rules, at - 1))}
              >
                <ArrowUp aria-hidden className="size-4" />
              </Button>
              <Button
                look="quiet"
                disabled={at === rules.length - 1}
                aria-label={`Rule ${at + 1} down`}
                onClick={() => onChange(swapped(rules, at))}
              >
                <ArrowDown aria-hidden className="size-4" />
              </Button>
              <Button
                look="quiet"
                disabled={rules.length === 1}
                aria-label={`Remove rule ${at + 1}`}
                onClick={() => onChange(rules.filter((_, each) => each !== at))}
              >
                <Trash2 aria-hidden className="size-4" />
              </Button>
            </span>
          </li>
        ))}
      </ol>
      <Button className="self-start" onClick={add}>
        <Plus aria-hidden className="size-4" />
        Add a rule
      </Button>
    </fieldset>
  );
}

/** With the rule at a place behind the one that follows it. */
function swapped(rules: readonly RuleDraft[], at: number): readonly RuleDraft[] {
  const next = rules[at + 1];
  const rule = rules[at];
  return next === undefined || rule === undefined ? rules : rules.toSpliced(at, 2, next, rule);
}

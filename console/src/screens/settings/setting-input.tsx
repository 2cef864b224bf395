import { AreaField, CheckField, ChoicesField, SelectField, TextField } from '../../ui/field.tsx';
import type { SettingField } from './settings-fields.ts';
import { throttleIn } from './settings-text.ts';

interface SettingInputProps {
  readonly field: SettingField;
  readonly value: string;
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (value: string) => void;
}

/** One setting, to be filled in. */
export function SettingInput({ field, value, problem, isDisabled, onChange }: SettingInputProps) {
  const common = { label: field.label, hint: field.told, problem, disabled: isDisabled };
  switch (field.as) {
    case 'flag':
      return (
        <CheckField
          {...common}
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.target.checked))}
        />
      );
    case 'choice':
      return (
        <SelectField {...common} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">{`${field.none} (usual)`}</option>
          {field.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </SelectField>
      );
    case 'choices':
      return (
        <ChoicesField
          {...common}
          options={field.options}
          chosen={value.split('\n')}
          onChange={(chosen) => onChange(chosen.join('\n'))}
        />
      );
    case 'lines':
    case 'json':
      return <AreaField {...common} value={value} onChange={(event) => onChange(event.target.value)} />;
    case 'throttle':
      return <ThrottleInput {...common} value={value} onChange={onChange} />;
    default:
      return (
        <TextField
          {...common}
          type={field.as === 'number' ? 'number' : 'text'}
          min={0}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

interface ThrottleInputProps {
  readonly label: string;
  readonly hint: string;
  readonly problem: string | undefined;
  readonly disabled: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ThrottleInput({ label, hint, problem, disabled, value, onChange }: ThrottleInputProps) {
  const [requests, burst] = throttleIn(value);
  const common = { type: 'number', min: 0, disabled };
  return (
    <div className="grid grid-cols-2 items-start gap-2">
      <TextField
        {...common}
        label={`${label}: requests a minute`}
        hint={`${hint} 0: no such throttle.`}
        problem={problem}
        value={requests}
        onChange={(event) => onChange(`${event.target.value}/${burst}`)}
      />
      <TextField
        {...common}
        label={`${label}: at once`}
        hint="0: a tenth of a minute's."
        value={burst}
        onChange={(event) => onChange(`${requests}/${event.target.value}`)}
      />
    </div>
  );
}

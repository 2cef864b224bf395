import { useState } from 'react';
import { Copy } from '../../ui/copy.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { codeOf } from './code-of.ts';
import type { Asked, PlaygroundFormat } from './formats.ts';

/** The same request for a terminal or a program; the key is left to the environment. */
export function CodePanel({ format, asked }: { readonly format: PlaygroundFormat; readonly asked: Asked }) {
  const [title, setTitle] = useState('curl');
  const codes = codeOf(format, asked, location.origin);
  const text = codes.find((code) => code.title === title)?.text ?? '';
  return (
    <Panel
      title="As code"
      actions={
        <span className="flex items-center gap-1">
          <SelectField
            label="Language"
            isLabelHidden
            className="w-36"
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          >
            {codes.map((code) => (
              <option key={code.title}>{code.title}</option>
            ))}
          </SelectField>
          <Copy text={text} what="the code" />
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre data-code tabIndex={0} className="overflow-x-auto p-4 font-mono text-xs">
        {text}
      </pre>
    </Panel>
  );
}

import { Link } from '@tanstack/react-router';
import { Panel } from '../../ui/panel.tsx';
import { Usd } from '../../ui/shown.tsx';
import { Problem } from '../../ui/states.tsx';
import type { Answer } from './use-answer.ts';

/** The answer as it comes, then what it cost and who gave it. */
export function AnswerPanel({ answer }: { readonly answer: Answer }) {
  const { text, costUsd, requestId, provider, isRunning, error } = answer;
  const isNothing = !isRunning && requestId === '' && error === null;
  return (
    <Panel title="Answer">
      <div className="flex flex-col gap-3 p-4">
        {isNothing && <p className="text-soft">It appears here as it is written.</p>}
        {error !== null && <Problem error={error} />}
        {text !== '' && (
          <p data-answer className="break-words whitespace-pre-wrap">
            {text}
          </p>
        )}
        <p role="status" className="flex flex-wrap gap-x-4 gap-y-1 text-soft">
          {isRunning && <span>It answers…</span>}
          {costUsd !== '' && (
            <span>
              Cost <Usd amount={costUsd} />
            </span>
          )}
          {provider !== '' && <span>by {provider}</span>}
          {requestId !== '' && (
            <Link
              to="/requests"
              search={{ request_id: requestId } as never}
              className="break-all text-accent hover:underline"
            >
              Request {requestId}
            </Link>
          )}
        </p>
      </div>
    </Panel>
  );
}

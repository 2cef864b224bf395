import { useEffect, useRef, useState } from 'react';
import { ask } from '../../api/client.ts';
import { auditVerifyRange, type VerifyRangeResult, type VerifyViolation } from '../../api/gen/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Facts } from '../../ui/facts.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useSearchState } from '../../ui/search-state.ts';
import { Moment } from '../../ui/shown.tsx';
import { Problem } from '../../ui/states.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { Titled } from '../../ui/titled.tsx';

/** Of each range: some 60 ms of the gateway's work. */
const RANGE_EVENTS = 2_000;

/** The first show what is wrong. */
const VIOLATIONS_SHOWN = 100;

interface Progress {
  readonly checked: number;
  readonly last: VerifyRangeResult;
  readonly violationCount: number;
  readonly violations: readonly VerifyViolation[];
}

const columns: readonly Column<VerifyViolation>[] = [
  { title: 'Position', cell: ({ position }) => position },
  { title: 'Rule', cell: ({ rule, title }) => `${rule}: ${title}` },
  { title: 'Expected', cell: ({ expected }) => <code className="text-xs break-all">{expected}</code>, isMinor: true },
  { title: 'Found', cell: ({ found }) => <code className="text-xs break-all">{found}</code> },
];

/** Recomputes the log's hash chain from its first event up to now, range by range. */
export default function Verify() {
  const [search] = useSearchState();
  const upTo = { position: Number(search['to'] ?? 0), chain: search['chain'] ?? '' };
  const [progress, setProgress] = useState<Progress | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isRunning, setRunning] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (from: Progress | null): Promise<void> => {
    const stop = new AbortController();
    running.current = stop;
    setRunning(true);
    setError(null);
    setProgress(from);
    try {
      let done = from;
      do {
        done = await nextRange(done, upTo.position, stop.signal);
        setProgress(done);
      } while (!isDone(done, upTo.position) && !stop.signal.aborted);
    } catch (thrown) {
      if (!stop.signal.aborted) setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  const canGoOn = progress !== null && !isDone(progress, upTo.position);
  return (
    <Page
      title="Verify the log"
      lead={`Every event's hash is computed anew from its bytes, from the first one up to ${upTo.position > 0 ? `position ${count(upTo.position)}` : 'now'}.`}
      actions={
        isRunning ? (
          <Button onClick={() => running.current?.abort()}>Stop</Button>
        ) : (
          <>
            {canGoOn && <Button onClick={() => void run(progress)}>Go on</Button>}
            <Button look="primary" onClick={() => void run(null)}>
              Verify
            </Button>
          </>
        )
      }
    >
      {error !== null && <Problem error={error} onRetry={() => void run(progress)} />}
      <Panel>
        <div className="flex flex-col gap-4 p-4">
          {progress === null ? <Before /> : <Result progress={progress} upTo={upTo} />}
        </div>
      </Panel>
    </Page>
  );
}

/** Up to the head, or up to the position that another screen asks for; 0: none. */
function isDone({ last }: Progress, upTo: number): boolean {
  return last.is_at_head === true || (upTo > 0 && (last.position ?? 0) >= upTo);
}

async function nextRange(before: Progress | null, upTo: number, signal: AbortSignal): Promise<Progress> {
  const left = upTo - (before?.last.position ?? 0);
  const limit = left > 0 ? Math.min(left, RANGE_EVENTS) : RANGE_EVENTS;
  const from = before === null ? {} : { after: before.last.position ?? 0, chain: before.last.chain ?? '' };
  const last = await ask(auditVerifyRange({ query: { ...from, limit }, signal }));
  return {
    last,
    checked: (before?.checked ?? 0) + (last.checked ?? 0),
    violationCount: (before?.violationCount ?? 0) + (last.violation_count ?? 0),
    violations: [...(before?.violations ?? []), ...(last.violations ?? [])].slice(0, VIOLATIONS_SHOWN),
  };
}

function Before() {
  return (
    <>
      <p>
        Each range is held against what its own events can prove: the hash chain, positions without a gap, entries that
        sum to zero, known shapes, and no key in the log. It changes nothing, and can be stopped.
      </p>
      <WholeAudit />
    </>
  );
}

interface UpTo {
  readonly position: number;
  /** The hash that was shown there; empty: none. */
  readonly chain: string;
}

function Result({ progress, upTo }: { readonly progress: Progress; readonly upTo: UpTo }) {
  const { checked, last, violationCount, violations } = progress;
  const { position = 0, head_position = 0, chain, rules = [] } = last;
  return (
    <>
      <label className="flex flex-col gap-1">
        <span role="status" className="flex flex-wrap items-center gap-2">
          {`${count(checked)} events checked, up to position ${count(position)} of ${count(head_position)}`}
          {violationCount > 0 && <Badge tone="bad">{`${count(violationCount)} violations`}</Badge>}
          {violationCount === 0 && isDone(progress, upTo.position) && <Badge tone="good">the log is sound</Badge>}
          {upTo.chain !== '' && position === upTo.position && <SameHash isSame={chain === upTo.chain} />}
        </span>
        <progress className="h-2 w-full" max={Math.max(head_position, 1)} value={position} />
      </label>
      {violations.length > 0 && (
        <Table
          caption="Violations"
          columns={columns}
          rows={violations}
          idOf={(violation) => `${violation.rule} ${violation.position} ${violation.found}`}
          empty=""
        />
      )}
      {last.is_at_head === true && (
        <>
          <Facts
            facts={[
              ['Head', `position ${count(head_position)}`],
              ['Recorded', <Moment key="at" at={last.at} />],
            ]}
          />
          <Titled title="Checkpoint">
            <p className="text-soft">
              Note it down outside the gateway: whoever rewrites the log, its chain and all, cannot make this one fit.
            </p>
            <CommandLine command={`${position}:${chain}`} what="the checkpoint" />
          </Titled>
        </>
      )}
      <Titled title="Rules">
        <ul className="list-disc pl-5 text-soft">
          {rules.map((rule) => (
            <li key={rule}>{rule}</li>
          ))}
        </ul>
      </Titled>
      <WholeAudit checkpoint={last.is_at_head === true ? `${position}:${chain}` : undefined} />
    </>
  );
}

/** Whether the hash of the recomputed chain is the one that the state of a time was shown with. */
function SameHash({ isSame }: { readonly isSame: boolean }) {
  return isSame ? (
    <Badge tone="good">the hash is the one that was shown</Badge>
  ) : (
    <Badge tone="bad">the hash is another one than was shown</Badge>
  );
}

/** What needs the whole log at once is not for a page. */
function WholeAudit({ checkpoint }: { readonly checkpoint?: string | undefined }) {
  const anchor = checkpoint === undefined ? '' : ` --anchor ${checkpoint}`;
  return (
    <Titled title="The whole audit">
      <p className="text-soft">
        Balances that are never below zero, each hold's one end and each charge recomputed need the whole log at once,
        on any machine that reads it:
      </p>
      <CommandLine command={`npx gatewayctl audit verify${anchor}`} what="the command" />
    </Titled>
  );
}

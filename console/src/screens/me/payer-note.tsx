import type { GetMeResult } from '../../api/gen/index.ts';

/** Who pays, where it is not the holder. */
export function PayerNote({ me }: { readonly me: GetMeResult }) {
  const { payer_kind, team_name, organisation_name } = me;
  if (payer_kind === 'user') return null;
  const name = payer_kind === 'team' ? team_name : organisation_name;
  return (
    <p className="rounded-md border border-line bg-sunken p-3">
      Your {payer_kind} {name} pays for your requests. Its statement shows what others spend, and is not shown here.
    </p>
  );
}

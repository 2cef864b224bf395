/** A debit among the admissions under way, whose ids are request ids. */
export function debitPendingId(debitId: string): string {
  return `debit ${debitId}`;
}

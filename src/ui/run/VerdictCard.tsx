/** Contract first: replaced shortly. */
export function VerdictCard() {
  return null;
}

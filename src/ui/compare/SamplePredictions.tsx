/** Contract first: replaced shortly. */
export function SamplePredictions() {
  return null;
}

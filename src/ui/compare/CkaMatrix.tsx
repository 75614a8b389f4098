/** Contract first: replaced shortly. */
export function CkaMatrix() {
  return null;
}

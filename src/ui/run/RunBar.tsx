/** Contract first: replaced shortly. */
export function RunBar() {
  return null;
}

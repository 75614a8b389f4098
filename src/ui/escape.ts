/**
 * Escape closes what a button has opened, also while the button still has the focus: a popover takes the focus a moment
 * after it is seen, and until then nothing in it hears the key.
 * @returns stops it
 */
export function watchEscape(): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !(event.target instanceof HTMLElement)) return;
    const button = event.target.closest<HTMLElement>('button[aria-haspopup][aria-expanded="true"]');
    if (!button) return;
    event.stopPropagation();
    // Each of them closes what it opened.
    button.click();
  };
  document.addEventListener('keydown', onKey, true);
  return () => document.removeEventListener('keydown', onKey, true);
}

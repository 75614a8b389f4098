import { Button } from '@mantine/core';
import { useGuideLibrary } from '@/state/guideLibrary.ts';

/** Opens the list. The list itself is no part of the editor: it outlives it. */
export function KeptGuidesButton() {
  const kept = useGuideLibrary((state) => state.kept);
  const show = () => {
    void useGuideLibrary.getState().refresh();
    useGuideLibrary.setState({ shown: true, failure: null });
  };
  return (
    <Button onClick={show} data-testid="kept-guides">
      {kept && kept.length > 0 ? `Kept guides (${kept.length})` : 'Kept guides'}
    </Button>
  );
}

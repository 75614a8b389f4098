import { Button } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { CURVES_ID } from './places.ts';
import classes from './run.module.css';

/** Of the screen's lower end, where the bar lies over what comes into view. */
const HIDDEN_SHARE = '30%';

/** On a phone the curves lie far from the button that starts them: the way there, while they are out of view. */
export function CurvesJump({ icon }: { icon: boolean }) {
  const [inView, setInView] = useState(true);
  useEffect(() => {
    const curves = document.getElementById(CURVES_ID);
    if (!curves) return;
    const cross = new IntersectionObserver((entries) => setInView(entries[entries.length - 1].isIntersecting), {
      rootMargin: `0px 0px -${HIDDEN_SHARE}`,
    });
    cross.observe(curves);
    return () => cross.disconnect();
  }, []);
  if (inView) return null;
  const go = () => {
    const curves = document.getElementById(CURVES_ID);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    curves?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
    // The button goes away there.
    curves?.focus({ preventScroll: true });
  };
  return (
    <Button
      size="sm"
      aria-label="Curves"
      className={classes.jump}
      data-testid="curves-jump"
      leftSection={<IconChartLine size={15} stroke={1.6} />}
      onClick={go}
      classNames={icon ? { label: classes.labelOnWide, section: classes.loneIcon } : undefined}
    >
      Curves
    </Button>
  );
}

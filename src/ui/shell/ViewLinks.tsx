import { Button } from '@mantine/core';
import { addressOf, goTo, useView, VIEW_NAMES, VIEWS } from '@/state/view.ts';
import { follow } from '@/ui/follow.ts';
import classes from './shell.module.css';

/** The ways to the other views of the page. */
export function ViewLinks() {
  const current = useView((state) => state.view);
  return (
    <nav aria-label="Views">
      {VIEWS.filter((view) => view !== current).map((view) => {
        const place = { view };
        return (
          <Button
            key={view}
            component="a"
            href={addressOf(place)}
            variant="subtle"
            className={classes.view}
            onClick={follow(() => goTo(place))}
            data-testid={`view-${view}`}
          >
            {VIEW_NAMES[view]}
          </Button>
        );
      })}
    </nav>
  );
}

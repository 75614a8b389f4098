import type { MouseEvent } from 'react';
import { addressOf, goTo, useView, VIEW_NAMES, VIEWS } from '@/state/view.ts';
import classes from './shell.module.css';

/** The views of the page, the one on screen marked. */
export function ViewLinks() {
  const current = useView((state) => state.view);
  return (
    <nav aria-label="Views" className={classes.views}>
      {VIEWS.map((view) => {
        const place = { view, claim: null };
        const go = (event: MouseEvent) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          if (view !== current) goTo(place);
        };
        return (
          <a
            key={view}
            href={addressOf(place)}
            className={classes.view}
            aria-current={view === current ? 'page' : undefined}
            onClick={go}
            data-testid={`view-${view}`}
          >
            {VIEW_NAMES[view]}
          </a>
        );
      })}
    </nav>
  );
}

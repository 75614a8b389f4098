import { Paper, type PaperProps, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Card.module.css';

interface CardProps extends PaperProps {
  /** Short heading; the card is a region of that name. */
  title: string;
  /** Small words beside the heading. */
  note?: ReactNode;
  /** Controls at the right end of the heading's line. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A panel with a small heading: the one container of the page. */
export function Card({ title, note, actions, children, className, ...paper }: CardProps) {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} className={`${classes.card} ${className ?? ''}`} {...paper}>
      <div className={classes.head}>
        <Title order={2} id={id} className={classes.title}>
          {title}
        </Title>
        {note && <span className={classes.note}>{note}</span>}
        {actions && (
          <div className={classes.actions} data-tool>
            {actions}
          </div>
        )}
      </div>
      {children}
    </Paper>
  );
}

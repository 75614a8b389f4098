import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useExperiment } from '@/state/experiment.ts';
import { linkTo } from '@/state/link.ts';
import classes from './ErrorBoundary.module.css';

interface ErrorBoundaryProps {
  /** The part of the page, e.g. "The curves"; absent: the page itself. */
  part?: string;
  children: ReactNode;
}

/** A part of the page that breaks says so and leaves the rest, and the experiment, alone. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const link = linkTo(useExperiment.getState().experiment);
    return (
      <div className={classes.broken} role="alert">
        <p>
          <b>{this.props.part ?? 'The page'} stopped working.</b> {error.message}
        </p>
        <p>
          <button type="button" onClick={() => this.setState({ error: null })}>
            Try again
          </button>{' '}
          {/* A real navigation: the hash alone would not reload. */}
          <a href={link} onClick={() => setTimeout(() => location.reload())}>
            Reload with this experiment
          </a>
        </p>
        <p>
          Your experiment is in this link: <a href={link}>{link}</a>
        </p>
      </div>
    );
  }
}

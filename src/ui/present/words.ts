import type { Environment } from '@/experiment/contract/environment.ts';

/** What a page inside a frame says of how it runs there; one quiet line. */
export function embedWords(environment: Pick<Environment, 'backend' | 'threads'> | null, isolated: boolean): string {
  if (!environment) return 'Guidance Playground';
  if (environment.backend === 'webgpu') return 'Guidance Playground · trains here, on this device’s GPU';
  if (isolated) return `Guidance Playground · trains here, on ${environment.threads === 1 ? 'one thread' : `${environment.threads} threads`}`;
  return 'Guidance Playground · trains here, on one thread: the page around this frame allows no more';
}

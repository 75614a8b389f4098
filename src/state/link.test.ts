import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { presetExperiment } from '@/experiment/testing.ts';
import { useExperiment } from './experiment.ts';
import { type LinkHost, linkTo, settleLink, syncLink, useLink } from './link.ts';

const HREF = 'http://lab.local/play/';

/** An address bar. */
function fakeHost(hash: string) {
  const listeners = new Map<string, () => void>();
  const host = {
    location: { hash, href: HREF + hash },
    history: {
      replaceState: vi.fn((_state: unknown, _title: string, url: string) => {
        host.location = { hash: url.slice(url.indexOf('#')), href: url };
      }),
      pushState: vi.fn((_state: unknown, _title: string, url: string) => {
        host.location = { hash: url.slice(url.indexOf('#')), href: url };
      }),
    },
    addEventListener: (type: string, listener: () => void) => listeners.set(type, listener),
    removeEventListener: (type: string) => listeners.delete(type),
    go: (next: string) => {
      host.location = { hash: next, href: HREF + next };
      listeners.get('hashchange')?.();
    },
    fire: (type: string) => listeners.get(type)?.(),
    listeners,
  };
  return host;
}

let stop = () => {};
const start = (hash: string) => {
  const host = fakeHost(hash);
  stop = syncLink(host as unknown as LinkHost);
  return host;
};
const current = () => useExperiment.getState().experiment;

beforeEach(() => {
  vi.useFakeTimers();
  useExperiment.getState().replace(presetExperiment('wide-fcn'));
  useLink.getState().dismiss();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

describe('syncLink', () => {
  it('reads the experiment from the address at the start', () => {
    start('#deep-fcn');
    expect(current().preset).toBe('deep-fcn');
  });

  it('writes edits to the address, several at once', () => {
    const host = start('');
    useExperiment.getState().set('base.steps', 11);
    useExperiment.getState().set('base.steps', 12);
    expect(host.history.replaceState).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(host.history.replaceState).toHaveBeenCalledOnce();
    expect(host.location.href).toBe(linkTo(current(), HREF));
  });

  it('makes another preset a step of the history, behind what was edited before; a step that is read makes none', () => {
    const host = start('#wide-fcn@1');
    useExperiment.getState().set('base.steps', 11);
    const edited = linkTo(current(), HREF);
    useExperiment.getState().replace(presetExperiment('shapes'));
    expect(host.history.replaceState.mock.calls.map(([, , url]) => url)).toEqual([edited]);
    expect(host.history.pushState.mock.calls.map(([, , url]) => url)).toEqual([linkTo(presetExperiment('shapes'), HREF)]);
    host.go(edited.slice(edited.indexOf('#')));
    vi.runAllTimers();
    expect(current().base.steps).toBe(11);
    expect(host.history.pushState).toHaveBeenCalledOnce();
    expect(host.location.href).toBe(edited);
  });

  it('writes at once what waits, where the address is about to change', () => {
    const host = start('');
    useExperiment.getState().set('base.steps', 15);
    settleLink();
    expect(host.location.href).toBe(linkTo(current(), HREF));
  });

  it('what it wrote it can read', () => {
    const host = start('');
    useExperiment.getState().set('arms.guided.terms.align.weight', 2);
    vi.runAllTimers();
    const edited = current();
    useExperiment.getState().reset();
    host.go(host.location.hash);
    // The address was rewritten by nothing in between: the pending write of the reset was dropped.
    expect(current()).toEqual(edited);
  });

  it('reads a step in the history that the browser does not tell as a change of the hash, and no other', () => {
    const host = start('#deep-fcn');
    host.location = { hash: '#shapes', href: `${HREF}?view=paper#shapes` };
    host.fire('popstate');
    expect(current().preset).toBe('shapes');
    useExperiment.getState().set('base.steps', 11);
    host.fire('popstate');
    expect(current().base.steps).toBe(11);
    vi.runAllTimers();
    expect(host.location.href).toBe(linkTo(current(), `${HREF}?view=paper`));
  });

  it('tells of a broken link, keeps its text and leaves the address alone', () => {
    const host = start('#wide-fcn~1garbage');
    expect(useLink.getState().broken?.text).toBe(`${HREF}#wide-fcn~1garbage`);
    expect(useLink.getState().broken?.message).toMatch(/damaged/);
    expect(current()).toEqual(presetExperiment('wide-fcn'));
    vi.runAllTimers();
    expect(host.location.hash).toBe('#wide-fcn~1garbage');
  });

  it('follows a change of the address, and takes the complaint back when it is a good one', () => {
    const host = start('#nothing-like-it');
    expect(useLink.getState().broken).not.toBeNull();
    host.go('#shapes');
    expect(useLink.getState().broken).toBeNull();
    expect(current().preset).toBe('shapes');
  });

  it('writes what is pending when the page is left', () => {
    const host = start('');
    useExperiment.getState().set('base.steps', 13);
    host.fire('pagehide');
    expect(host.location.href).toBe(linkTo(current(), HREF));
  });

  it('leaves nothing behind when it is stopped', () => {
    const host = start('');
    stop();
    stop = () => {};
    expect(host.listeners.size).toBe(0);
    useExperiment.getState().set('base.steps', 14);
    vi.runAllTimers();
    expect(host.history.replaceState).not.toHaveBeenCalled();
  });
});

import { beforeEach, expect, it } from 'vitest';
import { addressOf, complaintOf, goTo, placeIn, refine, syncView, useView, type ViewHost } from './view.ts';

/** A window with a history of addresses. */
function fakeWindow(start: string) {
  const visited = [new URL(start)];
  let at = 0;
  const listeners = new Set<() => void>();
  const host: ViewHost = {
    location: {
      get href() {
        return visited[at].href;
      },
      get search() {
        return visited[at].search;
      },
    },
    history: {
      pushState: (_state, _title, url) => {
        visited.splice(++at, visited.length, new URL(String(url)));
      },
      replaceState: (_state, _title, url) => {
        visited[at] = new URL(String(url));
      },
    },
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  };
  const back = () => {
    at--;
    for (const listener of listeners) listener();
  };
  return { host, back, listeners, steps: () => at };
}

beforeEach(() => useView.setState({ view: 'lab', place: { view: 'lab' }, complaint: null }));

it('reads the view and where in it, and takes anything else for the Lab', () => {
  expect(placeIn('?view=paper&claim=wide-fcn-trained&task=images')).toEqual({ view: 'paper', claim: 'wide-fcn-trained', task: 'images' });
  expect(placeIn('?view=notebook&claim=x')).toEqual({ view: 'notebook' });
  for (const search of ['', '?view=lab', '?view=nowhere&claim=x', '?claim=x', '?%']) expect(placeIn(search)).toEqual({ view: 'lab' });
});

it('says of an address that there is no such view', () => {
  expect(complaintOf('?view=nowhere')).toContain('“nowhere”');
  for (const search of ['', '?view=lab', '?view=learn', '?present']) expect(complaintOf(search)).toBeNull();
});

it('writes addresses that keep the experiment and what else stands there', () => {
  const here = 'https://a.org/sub/?lang=en#wide-fcn~1abc';
  expect(addressOf({ view: 'paper', claim: 'x' }, here)).toBe('https://a.org/sub/?lang=en&view=paper&claim=x#wide-fcn~1abc');
  expect(addressOf({ view: 'lab' }, 'https://a.org/?view=paper&claim=x&task=images#cifar')).toBe('https://a.org/#cifar');
  expect(addressOf({ view: 'lab' }, here, 'shapes')).toBe('https://a.org/sub/?lang=en#shapes');
});

it('goes to a view and, by Back, back', () => {
  const { host, back, listeners } = fakeWindow('https://a.org/#shapes');
  const stop = syncView(host);
  goTo({ view: 'notebook' }, { host });
  expect(useView.getState().view).toBe('notebook');
  expect(host.location.href).toBe('https://a.org/?view=notebook#shapes');
  back();
  expect(useView.getState().view).toBe('lab');
  stop();
  expect(listeners.size).toBe(0);
});

it('opens an experiment in one step of the history, from which Back leads to the filters that were chosen', () => {
  const { host, back, steps } = fakeWindow('https://a.org/?view=paper&claim=x#shapes');
  syncView(host);
  refine({ view: 'paper', claim: 'x', verdict: 'partly' }, host);
  goTo({ view: 'lab' }, { link: 'wide-fcn', host });
  expect(steps()).toBe(1);
  expect(host.location.href).toBe('https://a.org/#wide-fcn');
  expect(useView.getState().view).toBe('lab');
  back();
  expect(useView.getState().place).toEqual({ view: 'paper', claim: 'x', verdict: 'partly' });
  expect(host.location.href).toBe('https://a.org/?view=paper&claim=x&verdict=partly#shapes');
});

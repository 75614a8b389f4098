import { beforeEach, expect, it } from 'vitest';
import { addressOf, goTo, openInLab, placeIn, syncView, useView, type ViewHost } from './view.ts';

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
      replace: (url) => {
        visited[at] = new URL(String(url), visited[at]);
      },
    },
    history: {
      pushState: (_state, _title, url) => {
        visited.splice(++at, visited.length, new URL(String(url)));
      },
    },
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  };
  const back = () => {
    at--;
    for (const listener of listeners) listener();
  };
  return { host, back, listeners };
}

beforeEach(() => useView.setState({ view: 'lab', claim: null }));

it('reads view and claim, and takes anything else for the Lab', () => {
  expect(placeIn('?view=paper&claim=wide-fcn-trained')).toEqual({ view: 'paper', claim: 'wide-fcn-trained' });
  expect(placeIn('?view=paper')).toEqual({ view: 'paper', claim: null });
  for (const search of ['', '?view=lab', '?view=nowhere&claim=x', '?claim=x', '?%']) expect(placeIn(search)).toEqual({ view: 'lab', claim: null });
});

it('writes addresses that keep the experiment and what else stands there', () => {
  const here = 'https://a.org/sub/?lang=en#wide-fcn~1abc';
  expect(addressOf({ view: 'paper', claim: 'x' }, here)).toBe('https://a.org/sub/?lang=en&view=paper&claim=x#wide-fcn~1abc');
  expect(addressOf({ view: 'lab', claim: null }, 'https://a.org/?view=paper&claim=x#cifar')).toBe('https://a.org/#cifar');
  expect(addressOf({ view: 'lab', claim: null }, here, 'shapes')).toBe('https://a.org/sub/?lang=en#shapes');
});

it('goes to a view and, by Back, back', () => {
  const { host, back, listeners } = fakeWindow('https://a.org/#shapes');
  const stop = syncView(host);
  goTo({ view: 'paper', claim: null }, host);
  expect(useView.getState()).toMatchObject({ view: 'paper', claim: null });
  expect(host.location.href).toBe('https://a.org/?view=paper#shapes');
  back();
  expect(useView.getState().view).toBe('lab');
  stop();
  expect(listeners.size).toBe(0);
});

it('opens an experiment in one step of the history', () => {
  const { host, back } = fakeWindow('https://a.org/?view=paper&claim=x#shapes');
  syncView(host);
  openInLab('wide-fcn', host);
  expect(host.location.href).toBe('https://a.org/#wide-fcn');
  expect(useView.getState().view).toBe('lab');
  back();
  expect(useView.getState()).toMatchObject({ view: 'paper', claim: 'x' });
  expect(host.location.href).toBe('https://a.org/?view=paper&claim=x#shapes');
});

import { afterEach, expect, it, vi } from 'vitest';
import { addressFor, PARTS, present, stageIn, syncStage, useStage } from './presenting.ts';

const PAGE = 'https://host/sub/';

function host(href: string) {
  const attributes = new Map<string, string>();
  const location = { href, search: new URL(href).search };
  return {
    location,
    history: {
      replaceState: (_state: unknown, _title: string, to?: string | URL | null) => {
        location.href = String(to);
        location.search = new URL(location.href).search;
      },
    },
    root: {
      toggleAttribute: (name: string, on: boolean) => void (on ? attributes.set(name, '') : attributes.delete(name)),
      setAttribute: (name: string, value: string) => void attributes.set(name, value),
    },
    attributes,
  };
}

afterEach(() => {
  useStage.setState({ presenting: false, embedded: false, hidden: [] });
  vi.restoreAllMocks();
});

it('reads how the page is to stand', () => {
  expect(stageIn('').stage).toEqual({ presenting: false, embedded: false, hidden: [] });
  expect(stageIn('?present').stage.presenting).toBe(true);
  expect(stageIn('?embed&hide=layers,Verdict, ,constructor&hide=table')).toEqual({
    stage: { presenting: false, embedded: true, hidden: ['verdict', 'layers', 'table'] },
    unknown: ['constructor'],
  });
});

it('hides nothing of a page that is not embedded', () => {
  expect(stageIn('?hide=verdict').stage.hidden).toEqual([]);
});

it('writes what it reads, and leaves the rest of an address alone', () => {
  const stage = { presenting: true, embedded: true, hidden: [...PARTS] };
  const address = addressFor(stage, `${PAGE}?view=paper&hide=run#wide-fcn@1`);
  expect(address).toBe(`${PAGE}?view=paper&present&embed&hide=${PARTS.join(',')}#wide-fcn@1`);
  expect(stageIn(new URL(address).search)).toEqual({ stage, unknown: [] });
  expect(addressFor({ presenting: false, embedded: false, hidden: [] }, address)).toBe(`${PAGE}?view=paper#wide-fcn@1`);
  expect(addressFor({ presenting: false, embedded: false, hidden: [] }, `${PAGE}?present`)).toBe(PAGE);
});

it('tells style sheets and the address, and the console of names that do not exist', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const page = host(`${PAGE}?embed&hide=verdict,answers#first-token@1`);
  const stop = syncStage(page);
  expect(warn.mock.calls.flat().join()).toContain('answers');
  expect(Object.fromEntries(page.attributes)).toEqual({ 'data-embed': '', 'data-hide': 'verdict' });
  present(true, page);
  expect(page.attributes.has('data-present')).toBe(true);
  expect(page.location.href).toBe(`${PAGE}?present&embed&hide=verdict#first-token@1`);
  present(false, page);
  expect(page.attributes.has('data-present')).toBe(false);
  stop();
});

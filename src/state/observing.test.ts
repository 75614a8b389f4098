import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../experiment/link.ts';
import { parseExperiment } from '../experiment/parse.ts';
import { measuresInUse } from '../experiment/plan/plan.ts';
import { presetExperiment } from '../experiment/testing.ts';
import { limitsAt } from './limits.ts';
import { observedMeasures, recordableMeasures, withObserved, withoutObserved } from './observing.ts';

const base = presetExperiment('wide-fcn');

describe('what is recorded besides', () => {
  it('can be each measure once, but for CKA, which always is, and those that arms learn by', () => {
    const names = recordableMeasures(base);
    for (const name of ['procrustes', 'svcca', 'mutual-knn']) expect(names).toContain(name);
    for (const name of ['cka', 'cka-debiased']) expect(names).not.toContain(name);
    expect(recordableMeasures({ ...base, base: { ...base.base, measure: { name: 'procrustes' } } })).not.toContain('procrustes');
    const all = names.reduce(withObserved, base);
    expect(recordableMeasures(all)).toEqual([]);
    expect(parseExperiment(all)).toMatchObject({ ok: true });
    expect(measuresInUse(all).map(({ name }) => name)).toEqual(names);
  });

  it('goes along in the link, has limits, and leaves no trace once it is removed', () => {
    const added = withObserved(withObserved(base, 'svcca'), 'rbf-cka');
    expect(decodeLink(`#${encodeLink(added)}`)).toMatchObject({ ok: true, experiment: { observe: added.observe } });
    expect(observedMeasures(added)).toEqual([
      { index: 0, measure: { name: 'svcca' } },
      { index: 1, measure: { name: 'rbf-cka' } },
    ]);
    expect(limitsAt('observe.0.measure.variance', added)).toMatchObject({ min: 0.5, max: 1 });
    expect(withoutObserved(added, 0).observe).toEqual([{ what: 'similarity', measure: { name: 'rbf-cka' } }]);
    expect(withoutObserved(withoutObserved(added, 0), 0)).toEqual(base);
  });
});

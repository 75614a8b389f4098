import { describe, expect, it } from 'vitest';
import { sourcesAt } from './continuation.ts';
import type { ArmSpec, Experiment } from './schema/schema.ts';
import { presetExperiment } from './testing.ts';

const RAN = presetExperiment('wide-fcn');
const fork = (id: string, of: string, step: number, own: Partial<ArmSpec> = {}): ArmSpec => ({ id, name: id, terms: [], ...own, fork: { of, step } });
const withArms = (...arms: ArmSpec[]): Experiment => ({ ...RAN, arms: [...RAN.arms, ...arms] });
const sources = (ran: Experiment, next: Experiment, step = 40) => {
  const found = sourcesAt(ran, next, step);
  return found && Object.fromEntries(found);
};
const OWN = Object.fromEntries(RAN.arms.map(({ id }) => [id, id]));

describe('a run goes on as', () => {
  it.each<[string, Experiment, Experiment, Record<string, string>]>([
    ['itself', RAN, RAN, OWN],
    ['itself, asked something else', RAN, { ...RAN, question: 'Why?', asks: undefined }, OWN],
    ['itself, with an arm that has another name', RAN, { ...RAN, arms: RAN.arms.map((arm) => ({ ...arm, name: `${arm.name}!` })) }, OWN],
    ['one with a fork from here', RAN, withArms(fork('a', 'guided', 40)), { ...OWN, a: 'guided' }],
    ['one with a fork from later', RAN, withArms(fork('a', 'guided', 90)), { ...OWN, a: 'guided' }],
    ['one with forks of forks', RAN, withArms(fork('b', 'a', 90), fork('a', 'guided', 40)), { ...OWN, a: 'guided', b: 'guided' }],
    ['one with another fork from here', withArms(fork('a', 'guided', 40)), withArms(fork('a', 'guided', 40, { learningRate: 1e-4 })), { ...OWN, a: 'guided' }],
    ['one with a fork from before that it has, too', withArms(fork('a', 'guided', 9)), withArms(fork('a', 'guided', 9)), { ...OWN, a: 'a' }],
    ['one of fewer arms', RAN, { ...RAN, arms: RAN.arms.slice(1) }, { guided: 'guided', 'guided-untrained': 'guided-untrained', distilled: 'distilled' }],
  ])('%s', (_, ran, next, expected) => expect(sources(ran, next)).toEqual(expected));
});

describe('a run does not go on as', () => {
  it.each<[string, Experiment, Experiment]>([
    ['one with a fork from before', RAN, withArms(fork('a', 'guided', 39))],
    ['one whose fork from before is another', withArms(fork('a', 'guided', 9)), withArms(fork('a', 'guided', 9, { learningRate: 1e-4 }))],
    ['one with another arm', RAN, { ...RAN, arms: [...RAN.arms, { id: 'b', name: 'B', terms: [] }] }],
    ['one with a changed arm', RAN, { ...RAN, arms: RAN.arms.map((arm) => ({ ...arm, learningRate: 1e-4 })) }],
    ['one with more seeds', RAN, { ...RAN, seeds: [...RAN.seeds, 99] }],
    ['one with another guide', RAN, { ...RAN, guides: { ...RAN.guides, own: RAN.guides.untrained } }],
    ['one with an intervention', RAN, { ...RAN, interventions: [{ step: 3, set: { guidance: false } }] }],
  ])('%s', (_, ran, next) => expect(sources(ran, next)).toBeNull());
});

/** The arms that can be added, in groups, to be searched by word and chosen by key. */
import { Combobox, Text, TextInput, UnstyledButton, useCombobox } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { GROUPS, type RecipeGroup, type Refusal } from '@/experiment/recipes/recipe.ts';
import { type Offer, offersFor } from '@/experiment/recipes/recipes.ts';
import { useExperiment } from '@/state/experiment.ts';
import { attempt } from '../parts/attempt.ts';
import classes from './recipes.module.css';

type Refusals = ReadonlyMap<string, Refusal | null>;

/** One task of checking offers, in milliseconds: the page answers in between. */
const SLICE_MS = 8;

/** Which offers are refused; empty until all of them have been checked. */
function useRefusals(offers: readonly Offer[]): Refusals {
  const [refusals, setRefusals] = useState<Refusals>(new Map());
  useEffect(() => {
    const found = new Map<string, Refusal | null>();
    let timer: ReturnType<typeof setTimeout>;
    const slice = () => {
      const end = performance.now() + SLICE_MS;
      for (const { id, refusal } of offers.slice(found.size)) {
        if (performance.now() > end) {
          timer = setTimeout(slice);
          return;
        }
        found.set(id, refusal());
      }
      setRefusals(found);
    };
    timer = setTimeout(slice);
    return () => clearTimeout(timer);
  }, [offers]);
  return refusals;
}

/** Every word that was typed, in what an offer says or in what its group is called. */
const matches = ({ name, hint, group }: Offer, typed: string): boolean => {
  const text = `${name} ${hint} ${GROUPS[group]}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

function Option({ offer: { id, name, hint }, refusal }: { offer: Offer; refusal: Refusal | null }) {
  return (
    <Combobox.Option value={id} disabled={refusal !== null && !refusal.fix} data-testid={`recipe-${id}`}>
      <Text size="sm">{name}</Text>
      <Text size="xs" c="dimmed">
        {refusal ? refusal.why : hint}
        {refusal?.fix && <b> {refusal.fix.label}.</b>}
      </Text>
    </Combobox.Option>
  );
}

/** @param onDone an arm was added, or none is wanted */
export function RecipeList({ onDone }: { onDone: () => void }) {
  const experiment = useExperiment((state) => state.experiment);
  const offers = useMemo(() => offersFor(experiment), [experiment]);
  const refusals = useRefusals(offers);
  const [typed, setTyped] = useState('');
  const combobox = useCombobox({ opened: true });
  const found = offers.filter((offer) => matches(offer, typed));
  const { resetSelectedOption, selectFirstOption } = combobox;
  // Enter takes what was searched for; before anything was typed, nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store's functions are new at every render
  useEffect(() => {
    if (typed === '') resetSelectedOption();
    else selectFirstOption();
  }, [typed]);
  const choose = (id: string) => {
    const offer = offers.find((candidate) => candidate.id === id);
    if (offer && attempt((current) => offer.add(current, refusals.get(id)?.fix))) onDone();
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <div className={classes.search}>
        <Combobox.EventsTarget withExpandedAttribute>
          <TextInput
            aria-label="Search arms to add"
            placeholder="Search, e.g. RSA, noise, fading"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && onDone()}
            data-testid="search-recipes"
          />
        </Combobox.EventsTarget>
        <div className={classes.groups}>
          {(Object.keys(GROUPS) as RecipeGroup[]).map((group) => {
            const word = GROUPS[group].split(':')[0];
            return (
              <UnstyledButton key={group} className={classes.group} aria-pressed={typed === word} onClick={() => setTyped(typed === word ? '' : word)}>
                {word}
              </UnstyledButton>
            );
          })}
        </div>
      </div>
      <Combobox.Options className={classes.list} aria-label="Arms to add" data-checked={refusals.size > 0 || undefined}>
        {(Object.keys(GROUPS) as RecipeGroup[]).map((group) => {
          const own = found.filter((offer) => offer.group === group);
          return own.length === 0 ? null : (
            <Combobox.Group key={group} label={GROUPS[group]}>
              {own.map((offer) => (
                <Option key={offer.id} offer={offer} refusal={refusals.get(offer.id) ?? null} />
              ))}
            </Combobox.Group>
          );
        })}
        {found.length === 0 && <Combobox.Empty>No arm for this task and target is called so.</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}

/** What each arm writes: how it goes on with a piece of the validation text. */
import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useState } from 'react';
import { type GeneratedText, UNKNOWN_TOKEN } from '@/experiment/contract/texts.ts';
import { isLanguageTask } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { useRun } from '@/state/run.ts';
import { session } from '@/state/session.ts';
import { Card } from '@/ui/Card.tsx';
import chartClasses from '@/ui/charts/charts.module.css';
import { drawnArms } from '@/ui/charts/parts.ts';
import { useFrame, useSnapshot } from '@/ui/redraw.ts';
import { number } from '@/ui/words.ts';
import classes from './compare.module.css';

/** How tokens are chosen; the texts of a request hold the most likely ones and drawn ones. */
const CHOICES = [
  { value: '1', label: 'drawn, temperature 1' },
  { value: '0.7', label: 'drawn, temperature 0.7' },
  { value: 'likely', label: 'always the most likely' },
];
const LIKELY = 'likely';

interface Written {
  key: string;
  text: GeneratedText;
}

export function GeneratedTexts() {
  const edited = useExperiment((state) => state.experiment);
  const shown = useRun((state) => state.experiment) ?? edited;
  return isLanguageTask(shown.task) ? <Texts /> : null;
}

function Texts() {
  const { ref, visible } = useFrame<HTMLDivElement>();
  const { data } = useSnapshot(visible, 'evaluations');
  const edited = useExperiment((state) => state.experiment);
  const experiment = data.experiment ?? edited;
  const phase = useRun((state) => state.phase);
  const step = useRun((state) => state.step);
  const [choice, setChoice] = useState(CHOICES[0].value);
  const [draw, setDraw] = useState(0);
  const [seedIndex, setSeedIndex] = useState(0);
  const seed = Math.min(seedIndex, experiment.seeds.length - 1);
  const loaded = useRun((state) => state.closed);
  const still = (phase === 'paused' || phase === 'finished') && !loaded;
  const temperature = choice === LIKELY ? 1 : Number(choice);
  const written = useWritten(visible && still && step > 0, data, { step, temperature, draw });

  return (
    <Card
      title="What each arm writes"
      data-testid="texts"
      data-part="samples"
      note={
        loaded
          ? 'A result holds no networks that could write: press Resume or Run to train them here.'
          : written
            ? `after step ${number(written.step)}, going on with a piece of the validation text${unknownWords(written)}`
            : 'Each arm goes on with a piece of the validation text when the run pauses or ends.'
      }
      actions={
        <>
          <NativeSelect
            aria-label="How words are chosen"
            className={chartClasses.select}
            value={choice}
            onChange={(event) => setChoice(event.currentTarget.value)}
            data={CHOICES}
          />
          {experiment.seeds.length > 1 && (
            <NativeSelect
              aria-label="Seed whose texts are shown"
              className={chartClasses.select}
              value={String(seed)}
              onChange={(event) => setSeedIndex(Number(event.currentTarget.value))}
              data={experiment.seeds.map((s, i) => ({ value: String(i), label: `seed ${s}` }))}
            />
          )}
          <Button size="compact-xs" variant="default" disabled={!written || !still} onClick={() => setDraw(draw + 1)}>
            Another
          </Button>
        </>
      }
    >
      <div ref={ref} className={classes.texts} aria-live="off">
        {written && <Passage name="the text itself" text={written} tokens={written.truth} />}
        {written &&
          drawnArms(experiment).map(({ id, name, colour }, arm) => {
            const member = (data.arms.get(id) ?? [])[seed];
            const diverged = data.divergedAt({ arm: id, seed: experiment.seeds[seed] }) !== undefined;
            const from = (2 * (member ?? arm) + (choice === LIKELY ? 0 : 1)) * written.length;
            const tokens = diverged ? [] : written.texts.subarray(from, from + written.length);
            return <Passage key={id} name={name} colour={colour} text={written} tokens={tokens} />;
          })}
      </div>
    </Card>
  );
}

/** What the box in the texts means, where there is one. */
function unknownWords({ tokenNames, prompt, truth, texts }: GeneratedText): string {
  const unknown = tokenNames.indexOf(UNKNOWN_TOKEN);
  const shown = unknown >= 0 && [prompt, truth, texts].some((tokens) => tokens.includes(unknown));
  return shown ? ` · ${UNKNOWN_TOKEN} is anything outside the vocabulary` : '';
}

interface PassageProps {
  name: string;
  colour?: string;
  text: GeneratedText;
  tokens: ArrayLike<number>;
}

/** The beginning that was given, and what was written behind it. */
function Passage({ name, colour, text, tokens }: PassageProps) {
  const { tokenNames, separator } = text;
  const write = (ids: ArrayLike<number>) => Array.from(ids, (id) => tokenNames[id] ?? '').join(separator);
  return (
    <p className={classes.passage}>
      <span className={classes.lineName} style={colour === undefined ? undefined : { color: colour }}>
        {name}
      </span>
      <span className={classes.given}>{write(text.prompt)}</span>
      {separator}
      {tokens.length > 0 ? write(tokens) : '(diverged)'}
    </p>
  );
}

/** Asked for when it is to be seen; what was written before stays until the next is there. */
function useWritten(wantedNow: boolean, run: unknown, { step, temperature, draw }: { step: number; temperature: number; draw: number }): GeneratedText | null {
  const [kept, setKept] = useState<(Written & { run: unknown }) | null>(null);
  const key = `${step} ${temperature} ${draw}`;
  const own = kept?.run === run ? kept : null;
  const known = own?.key === key;
  useEffect(() => {
    if (!wantedNow || known) return;
    let wanted = true;
    void session.generate({ temperature, draw }).then((text) => {
      if (wanted && text) setKept({ key, run, text });
    });
    return () => {
      wanted = false;
    };
  }, [wantedNow, known, key, run, temperature, draw]);
  return own?.text ?? null;
}

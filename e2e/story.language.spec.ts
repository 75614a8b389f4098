/** A language model: what is shown of its text before, while and after it learns. */
import { expect, experimentIn, exportedResult, expectStillness, numberIn, test } from './support/person.ts';
import { link, runToEnd } from './support/site.ts';

/** Two arms of the smallest kind, without a guide to be trained. */
const LANGUAGE = link(
  (e) => ({
    ...e,
    task: { ...e.task, context: 12, trainTokens: 3000, valTokens: 1200 } as typeof e.task,
    target: { ...e.target, width: 16 } as typeof e.target,
    guides: {
      untrained: { ...e.guides.untrained, network: { ...('network' in e.guides.untrained ? e.guides.untrained.network : {}), width: 8 } },
    } as typeof e.guides,
    arms: e.arms.filter(({ id }) => id === 'unguided' || id === 'guided-untrained'),
    seeds: [0],
    base: { ...e.base, batchSize: 16, steps: 40, evaluateEvery: 10 },
  }),
  'lm-short',
);

test('a language model is trained, measured by perplexity, and writes', async ({ page, site }) => {
  await page.goto(site + LANGUAGE);
  // The text is there before anything runs, in words.
  await expect(page.getByTestId('sequences')).toContainText(/[a-z]+ [a-z]+ [a-z]+/);
  await expect(page.getByTestId('texts')).toContainText('when the run pauses or ends');
  const arms = experimentIn(page).arms.map(({ id, name }) => ({ id, name }));
  expect(arms).toHaveLength(2);
  await runToEnd(page);

  const result = await exportedResult(page);
  expect(result.metric.name).toBe('perplexity');
  for (const { id } of arms) {
    const [member] = result.members.filter(({ arm }) => arm === id);
    // It has learnt something, and the table says the number of the file.
    expect(member.final.valMetric).toBeLessThan(0.8 * (member.initial.valMetric ?? 0));
    const shown = page.getByTestId(`result-${id}`).locator('td').nth(1);
    await expect.poll(async () => Math.abs(numberIn(await shown.innerText()) / (member.final.valMetric ?? Number.NaN) - 1)).toBeLessThan(0.01);
    expect(member.groups?.map(({ name }) => name)).toEqual(['returning name', 'other tokens']);
  }
  // One scale for the whole run, and the words of the table below it.
  await expect(page.getByTestId('chart-metric-summary')).toContainText(/Validation perplexity after step 40 of 40: Unguided \d/);
  await expect(page.getByTestId('verdict')).toContainText(/perplexity/);
  await expect(page.getByTestId('samples')).toContainText(/\d+\/12/);

  // The text itself and one passage an arm, each going on with the same beginning.
  const passages = page
    .getByTestId('texts')
    .locator('p')
    .filter({ has: page.locator('span') });
  await expect(passages).toHaveCount(1 + arms.length);
  const written = () => passages.allInnerTexts();
  const first = await written();
  for (const [i, name] of ['the text itself', ...arms.map((arm) => arm.name)].entries()) expect(first[i]).toContain(name);
  await page.getByTestId('texts').getByRole('button', { name: 'Another' }).click();
  await expect.poll(written).not.toEqual(first);
  await expectStillness(page);
});

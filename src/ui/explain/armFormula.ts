/** An arm's loss as it is minimised, in TeX. */
import { courseTex } from '@/experiment/course/course.ts';
import { alignmentSettingsOf, distillationOf } from '@/experiment/plan/arms.ts';
import { builtMeasure, measureTex } from '@/experiment/schema/measures.ts';
import { endsWithWarmup } from '@/ui/words.ts';
import type { ArmSpec, BaseSettings } from '@/experiment/schema/schema.ts';

/** 0.5 → 0.5, 1e-3 → 10^{-3}. */
function texNumber(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  const match = /^(.*)e([+-]?\d+)$/.exec(text);
  return match ? `${match[1]}\\cdot 10^{${Number(match[2])}}` : text;
}

export function armFormula(arm: ArmSpec, base: BaseSettings): string {
  const { warmup } = arm;
  const own = lossOf(arm, base);
  if (!warmup || warmup.steps === 0) return own;
  const always = arm.terms.flatMap((term) => (term.kind === 'align' && warmup.loss !== 'task' ? [{ ...term, course: undefined }] : []));
  const before = lossOf({ ...arm, terms: always }, base, warmup.loss === 'align' ? [] : ['\\mathrm{CE}_{\\text{warm-up}}']);
  return `\\underbrace{${before}}_{\\text{first ${warmup.steps} steps}}\\;\\rightarrow\\;${own}`;
}

/** @param start what stands before alignment; absent: the task's loss, or distillation */
function lossOf(arm: ArmSpec, base: BaseSettings, start?: readonly string[]): string {
  const terms: string[] = [...(start ?? [])];
  const distillation = start ? undefined : distillationOf(arm);
  if (distillation) {
    const { ceWeight, kdWeight, temperature, direction } = distillation;
    const [p, q] = direction === 'forward' ? ['p^{\\text{teacher}}', 'p^{\\text{student}}'] : ['p^{\\text{student}}', 'p^{\\text{teacher}}'];
    const t = texNumber(temperature);
    terms.push(
      `${texNumber(ceWeight)}\\,\\mathrm{CE}`,
      `${texNumber(kdWeight)}\\cdot ${t}^2\\,\\mathrm{KL}\\bigl(${p}_{T=${t}}\\,\\Vert\\,${q}_{T=${t}}\\bigr)`,
    );
  } else if (!start) {
    terms.push('\\mathrm{CE}');
  }
  const alignment = alignmentSettingsOf(base, arm);
  if (alignment && !endsWithWarmup(alignment.course)) {
    const { weight, measure, reduction, course } = alignment;
    const over = reduction === 'sum' ? '\\sum_{(i,j)\\in M}' : '\\tfrac{1}{|M|}\\sum_{(i,j)\\in M}';
    terms.push(`${texNumber(weight)}${over}\\bigl(1-${measureTex(builtMeasure(measure))}(G_i,T_j)\\bigr)${courseTex(course)}`);
  }
  const loss = terms.join(' + ');
  if (!arm.fork) return loss;
  // Steps of its courses count from where it forks.
  const { step } = arm.fork;
  return `${loss.replaceAll('\\text{step}', `(\\text{step}-${step})`)}\\qquad\\text{step}\\ge ${step}`;
}

import { type Figure, type Report, reached, type Section, type Spread, type Target } from './figures.ts';

/** Three significant digits, but all before the decimal point. */
const digits = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));

function spreadText({ median, least, most }: Spread): string {
  return least === most ? digits(median) : `${digits(median)} (${digits(least)}–${digits(most)})`;
}

const targetText = ({ at, value }: Target): string => `${at === 'least' ? '≥' : '≤'} ${digits(value)}`;
const ratioText = ({ ratio, of }: Figure): string => (ratio ? `${spreadText(ratio)} ${of}` : '');
const reachedText = (figure: Figure): string => ({ true: 'yes', false: '**no**', undefined: '' })[String(reached(figure)) as 'true' | 'false' | 'undefined'];

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---|').join('')}`, ...rows.map((cells) => `| ${cells.join(' | ')} |`)];
}

function sectionText({ title, explained, figures, notes, date, commit, seconds, load }: Section): string[] {
  return [
    `### ${title}`,
    '',
    explained,
    '',
    ...table(
      ['what', 'who', 'measured', 'in comparison', 'aim', 'reached'],
      figures.map((figure) => [
        figure.what,
        figure.who,
        `${spreadText(figure.value)} ${figure.unit}`,
        ratioText(figure),
        figure.target ? targetText(figure.target) : '',
        reachedText(figure),
      ]),
    ),
    '',
    ...notes.map((note) => `- ${note}`),
    ...(notes.length > 0 ? [''] : []),
    `${date}, sources ${commit}, load ${load[0].toFixed(1)} at the start and ${load[1].toFixed(1)} at the end, ${Math.round(seconds)} s.`,
    '',
  ];
}

/** Sections, after what they were measured on. */
export function sectionsText({ machine, rounds, sections }: Report): string {
  const lines = [
    ...table(['machine', ''], Object.entries(machine)),
    '',
    `${rounds} rounds in turns: medians (least–most). A ratio is taken within each round.`,
    '',
    ...sections.flatMap(sectionText),
  ];
  return `${lines.join('\n')}\n`;
}

/** The whole report; the last table holds what has an aim. */
export function markdown(report: Report): string {
  const aimed = report.sections.flatMap(({ title, figures }) => figures.filter(({ target }) => target).map((figure) => ({ title, figure })));
  const lines = [
    '### Targets and what was reached',
    '',
    ...table(
      ['section', 'what', 'who', 'aim', 'reached', ''],
      aimed.map(({ title, figure }) => [
        title,
        figure.what,
        figure.who,
        `${targetText(figure.target as Target)} ${figure.of ?? figure.unit}`,
        digits((figure.ratio ?? figure.value).median),
        reachedText(figure),
      ]),
    ),
  ];
  return `${sectionsText(report)}${lines.join('\n')}\n`;
}

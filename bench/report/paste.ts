/** Reports in docs/performance.md, each between two comments. */
import type { GpuReport } from '../gpu/findings.ts';
import { markdown } from './markdown.ts';

/**
 * The document with a report between its comments.
 * @param name as the comments have it
 * @throws {Error} where the document has no such comments
 */
export function pasted(document: string, name: string, report: string): string {
  const [begin, end] = [`<!-- ${name} begins`, `<!-- ${name} ends -->`];
  const [from, to] = [document.indexOf('\n', document.indexOf(begin)) + 1, document.indexOf(end)];
  if (!document.includes(begin) || to < from) throw new Error(`The document has no place for ${name}.`);
  return `${document.slice(0, from)}\n${report}\n${document.slice(to)}`;
}

/**
 * The report of a GPU machine.
 * @throws {Error} where it was only a trial: figures of tiny sizes or an emulated GPU are not kept
 */
export function gpuMarkdown(report: GpuReport): string {
  if (!Array.isArray(report.trial)) throw new Error('This is no file of a GPU machine.');
  if (report.trial.length > 0) throw new Error(`This was a trial: ${report.trial.join(', and ')}.`);
  return markdown(report);
}

import katex from 'katex';
import 'katex/dist/katex.min.css';
import { useMemo } from 'react';
import classes from './explain.module.css';

/** A formula, with MathML for those who cannot see it. */
export function Formula({ tex, inline = false }: { tex: string; inline?: boolean }) {
  const html = useMemo(() => katex.renderToString(tex, { displayMode: !inline, throwOnError: false }), [tex, inline]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: KaTeX escapes its input, which is ours
  return <span className={inline ? undefined : classes.formula} dangerouslySetInnerHTML={{ __html: html }} />;
}

import { expect, it } from 'vitest';
import { embedCode, SIZES } from './embedCode.ts';

it('writes a frame that shows the experiment without the parts that are left out', () => {
  const code = embedCode('https://host/page/?view=lab#wide-fcn@1~2Ab+c-d$.abcdef', 'Does "A & B" <help>?', SIZES[0], ['verdict', 'layers']);
  expect(code).toContain('src="https://host/page/?view=lab&amp;embed&amp;hide=verdict,layers#wide-fcn@1~2Ab+c-d$.abcdef"');
  expect(code).toContain('title="Does &quot;A &amp; B&quot; &lt;help&gt;?"');
  expect(code).toContain('width="1100" height="720"');
  expect(code.match(/"/g)).toHaveLength(14);
  expect(embedCode('https://host/#x', '', SIZES[2], [])).toContain('src="https://host/?embed#x"');
});

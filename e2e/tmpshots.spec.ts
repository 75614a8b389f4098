import { test } from './support/person.ts';
import { link, runToEnd, tiny } from './support/site.ts';
import { expect } from '@playwright/test';

for (const [w, h] of [[1280, 720], [390, 844]] as const) {
  test(`shots ${w}`, async ({ page, site }) => {
    await page.setViewportSize({ width: w, height: h });
    await page.goto(`${site}#wide-fcn`);
    await expect(page.locator('.react-flow__edge')).toHaveCount(3);
    await page.getByTestId('quick-mappings').click();
    await page.waitForTimeout(600);
    await page.screenshot({ path: `/tmp/shots/menu-${w}.png` });
    await page.getByRole('menuitemradio', { name: 'Random', exact: true }).click();
    await expect(page.getByRole('menu')).toHaveCount(0);
    await page.getByTestId('edit-pairs').click();
    await page.waitForTimeout(600);
    await page.screenshot({ path: `/tmp/shots/pairs-${w}.png` });
    await page.getByRole('textbox', { name: 'Weight of pair 1' }).fill('2');
    await page.waitForTimeout(400);
    await page.screenshot({ path: `/tmp/shots/pairs2-${w}.png` });
    await page.keyboard.press('Escape');
    await page.waitForTimeout(400);
    await page.getByTestId('quick-mappings').click();
    await page.getByRole('menuitem', { name: 'By similarity', exact: true }).click();
    await page.waitForTimeout(300);
    await page.screenshot({ path: `/tmp/shots/comparing-${w}.png` });
    await expect(page.getByTestId('quick-mappings')).toHaveText('Drawn', { timeout: 60_000 });
    await page.waitForTimeout(600);
    await page.screenshot({ path: `/tmp/shots/similar-${w}.png` });
    await page.locator('.react-flow__edge').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForTimeout(800);
    await page.screenshot({ path: `/tmp/shots/wire-${w}.png` });
  });
  test(`marks ${w}`, async ({ page, site }) => {
    await page.setViewportSize({ width: w, height: h });
    await page.goto(site + link((e) => {
      const small = tiny(e, 60);
      const arm = (id: string, from: number, to: number) => ({ id, name: id, terms: [{ kind: 'align' as const, guide: 'untrained', weight: 1, course: { kind: 'between' as const, from, to } }] });
      return { ...small, arms: [...small.arms, arm('a', 10, 30), arm('b', 20, 30), arm('c', 5, 40)] };
    }));
    await runToEnd(page);
    await page.waitForTimeout(600);
    await page.screenshot({ path: `/tmp/shots/marks-${w}.png`, fullPage: w < 500 });
  });
}

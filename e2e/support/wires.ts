/** Wires of the picture, as one points at them. */
import type { Locator, Page } from '@playwright/test';

export const wire = (page: Page, name: string): Locator => page.locator(`.react-flow__edge[data-id="${name}"]`);

/** Click a wire near its guide, where no other one crosses it. */
export async function clickWire(page: Page, name: string): Promise<void> {
  const [x, y] = await wire(page, name)
    .locator('.react-flow__edge-interaction')
    .evaluate((path: SVGPathElement) => {
      const at = path.getPointAtLength(0.1 * path.getTotalLength()).matrixTransform(path.getScreenCTM() ?? undefined);
      return [at.x, at.y];
    });
  await page.mouse.click(x, y);
}

/** The part of a fake lab that keeps trained guides. */
import type { GuideOrigin, KeptGuide } from '../../experiment/contract/lab.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';

export class FakeGuideLibrary {
  guides: KeptGuide[] = [];
  /** Why deleting fails. */
  failForget: unknown;

  async forget(key?: string): Promise<void> {
    if (this.failForget !== undefined) throw this.failForget;
    this.guides = key === undefined ? [] : this.guides.filter((guide) => guide.key !== key);
  }

  /** Every trained guide is kept where any is. */
  origins({ guides }: Experiment): Record<string, GuideOrigin> {
    const trained = Object.keys(guides).filter((id) => guides[id].state === 'trained');
    return Object.fromEntries(trained.map((id) => [id, this.guides.length > 0 ? 'kept' : 'train']));
  }
}

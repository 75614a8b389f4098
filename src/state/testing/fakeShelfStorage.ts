/** The browser's storage of the shelf, as a map; it can be full. */
export const stored = new Map<string, unknown>();
export const storage = { full: false };

const refuse = () => Object.assign(new Error('this browser has no room left for it'), { name: 'StorageError' });

export async function readAbouts(): Promise<[string, unknown][]> {
  return [...stored].flatMap(([key, value]): [string, unknown][] => (key.startsWith('about/') ? [[key.slice(6), structuredClone(value)]] : []));
}
export async function writeRun(id: string, about: unknown, result: unknown): Promise<void> {
  if (storage.full) throw refuse();
  stored.set(`about/${id}`, structuredClone(about)).set(`result/${id}`, structuredClone(result));
}
export const readStoredResult = async (id: string): Promise<unknown> => structuredClone(stored.get(`result/${id}`));
export async function changeAbout(id: string, change: (about: object) => object): Promise<void> {
  if (storage.full) throw refuse();
  const about = stored.get(`about/${id}`);
  if (about !== undefined) stored.set(`about/${id}`, structuredClone(change(about as object)));
}
export async function deleteRuns(ids: readonly string[]): Promise<void> {
  for (const id of ids) for (const of of ['about/', 'result/']) stored.delete(of + id);
}

import { findAdapter } from '../../src/lab/backend/startWebGpu.ts';
import type { Adapter } from './driver.ts';

const LIMITS = ['maxStorageBufferBindingSize', 'maxBufferSize', 'maxComputeWorkgroupStorageSize', 'maxComputeInvocationsPerWorkgroup'] as const;

/** @throws {Error} without an adapter, or where it gives no device */
export async function describeAdapter(): Promise<Adapter> {
  const { adapter, software, reason } = await findAdapter();
  if (!adapter) throw new Error(reason);
  const { vendor, architecture, device, description } = adapter.info;
  const described = { vendor, architecture, device, description, software };
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const features = [...adapter.features].map(String);
  (await adapter.requestDevice()).destroy();
  return { ...described, features, limits };
}

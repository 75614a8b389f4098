/** In every module with relaxed SIMD stands one of its instructions: the prefix 0xfd and a number from 0x100 to 0x113 (LEB128). */
const isRelaxed = (bytes: Uint8Array): boolean =>
  bytes.some((byte, i) => byte === 0xfd && bytes[i + 1] >= 0x80 && bytes[i + 1] <= 0x93 && bytes[i + 2] === 0x02);

/**
 * From now on this process has no relaxed SIMD, so that WASM runs without fused multiply-add, which rounds once
 * instead of twice: bits can be compared only within one variant. Node 20 has it behind a flag, newer ones always.
 */
export function forbidFusedMultiplyAdd(): void {
  const { validate } = WebAssembly;
  WebAssembly.validate = (source) => validate(source) && !isRelaxed(ArrayBuffer.isView(source) ? new Uint8Array(source.buffer) : new Uint8Array(source));
}

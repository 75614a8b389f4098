/** Random numbers of the simulation: its own, so that every cell of its table can be drawn again by itself. */

/** FNV-1a of a text, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param name the same name gives the same numbers */
  constructor(name: string) {
    this.#a = hash(name);
    this.#b = hash(`${name}#b`);
    this.#c = hash(`${name}#c`);
    for (let i = 0; i < 12; i++) this.uniform();
  }

  /** From 0 up to, but not including, 1: 32 bits of sfc32 (Chris Doty-Humphrey, PractRand). */
  uniform(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Standard exponential. */
  exponential(): number {
    return -Math.log(1 - this.uniform());
  }
}

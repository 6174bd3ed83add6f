// A small proof of work against floods: a number whose SHA-256, with the challenge, begins with 16 zero
// bits. It is looked for quietly while the page is read; without script some seconds of patience do.

const ROUNDS = 64;
const primes = [];
for (let n = 2; primes.length < ROUNDS; n += 1) if (primes.every((p) => n % p)) primes.push(n);
const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const START = primes.slice(0, 8).map((p) => fraction(p ** (1 / 2)));
const K = Int32Array.from(primes, (p) => fraction(p ** (1 / 3)));
const turn = (x, by) => (x >>> by) | (x << (32 - by));

// The first word of the SHA-256 of a text of at most 55 plain characters: one block.
export function firstWord(text) {
  const w = new Int32Array(ROUNDS);
  for (let i = 0; i < text.length; i += 1) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  w[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  w[15] = text.length * 8;
  for (let i = 16; i < ROUNDS; i += 1) {
    const [a, b] = [w[i - 15], w[i - 2]];
    w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < ROUNDS; i += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return (START[0] + a) >>> 0;
}

// Looked for in short stretches, so that the page stays quick.
async function find(challenge) {
  for (let n = 0; ; n += 1) {
    if (firstWord(`${challenge}:${n}`) >>> 16 === 0) return String(n);
    if (n % 1000 === 999) await new Promise((rest) => setTimeout(rest));
  }
}

const form = document.getElementById("begin");
if (form) {
  const found = find(form.dataset.challenge).then((number) => {
    form.elements.proof.value = number;
  });
  form.addEventListener("submit", async (event) => {
    if (form.elements.proof.value) return;
    event.preventDefault();
    const moment = document.getElementById("moment");
    moment.textContent = moment.dataset.words;
    await found;
    form.submit();
  });
}

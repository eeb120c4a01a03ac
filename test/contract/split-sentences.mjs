/**
 * Splits the contract's sections 2 and 3 into sentences, so that the coverage test can demand an
 * example for each. Run by hand when the contract changes:
 *   node test/contract/split-sentences.mjs <contract.md> > test/contract/sentences.json
 * A sentence ends at a full stop before a capital letter or the line's end, or at a semicolon
 * outside code and brackets; in the JSON sample each line is one. Guarantees: every letter of the two
 * sections stands in exactly one sentence, headings and fences aside.
 */
import { readFileSync } from 'node:fs';

const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('Give the path of contract.md.\n');
  process.exit(2);
}

/** The lines between two headings, the headings left out. */
function sectionLines(text, number) {
  const start = text.search(new RegExp(`^## ${number}\\. `, 'm'));
  const rest = text.slice(start).split('\n').slice(1);
  const end = rest.findIndex((line) => line.startsWith('## '));
  return { heading: text.slice(start).split('\n')[0], lines: rest.slice(0, end) };
}

/** Cuts prose at ends of sentences and at semicolons that stand outside code and brackets. */
function sentencesOf(prose) {
  const sentences = [];
  let current = '';
  let depth = 0;
  let code = false;
  for (let at = 0; at < prose.length; at += 1) {
    const letter = prose[at];
    current += letter;
    if (letter === '`') code = !code;
    if (code) continue;
    if (letter === '(') depth += 1;
    if (letter === ')') depth -= 1;
    const after = prose.slice(at + 1);
    const stops = letter === '.' && (after === '' || /^ (?=[A-Z0-9`*(])/.test(after));
    if (depth === 0 && (letter === ';' || stops)) {
      sentences.push(current.trim());
      current = '';
    }
  }
  if (current.trim() !== '') sentences.push(current.trim());
  return sentences;
}

const contract = readFileSync(path, 'utf8');
const result = [];
for (const section of [2, 3]) {
  const { heading, lines } = sectionLines(contract, section);
  const found = [heading.replace(/^## \d+\. /, '')];
  let sample = false;
  for (const line of lines) {
    if (line.startsWith('```')) sample = !sample;
    else if (sample && !/^[{}]?$/.test(line.trim())) found.push(line.trim());
    else if (!sample) found.push(...sentencesOf(line.replace(/^(- |\d+\. )/, '')));
  }
  found.forEach((text, index) => {
    result.push({ id: `${section}.${index}`, text });
  });
}
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);

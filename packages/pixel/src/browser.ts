/**
 * The script at /rosi.js. Its settings stand in its own address, which every tag manager leaves as it
 * is: `<script async src="https://rosi.shop.example/rosi.js?write_key=…&consent=strict">`.
 */
import { createPixel } from './pixel.js';
import { warn } from './sender.js';
import type { PixelOptions, Rosi } from './types.js';

type Calls = (readonly [string, ...unknown[]])[];

const page = window as { rosi?: Rosi | Calls };
const { rosi } = page;
const source = new URL((document.currentScript as HTMLScriptElement).src);
const setting = (name: string) => source.searchParams.get(name);
const writeKey = setting('write_key');

if (!writeKey) warn('no write_key');
// Put in twice (a theme and a tag manager), it runs once.
else if (!rosi || Array.isArray(rosi)) {
  page.rosi = createPixel(
    {
      host: source.href.replace(/\/rosi\.js.*/, ''),
      writeKey,
      consent: setting('consent'),
    } as PixelOptions, // Any other word asks for nothing.
    rosi,
  );
}

/** `rosi` by its modules in `dist`, not by the bundle: a profile then tells packages and files apart. */
import { main } from '../../packages/cli/dist/main.js';

await main(process.argv.slice(2));

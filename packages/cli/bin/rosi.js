#!/usr/bin/env node
import { bundleIsCurrent } from './bundle.js';

const { main } = await import(bundleIsCurrent() ? '../bundle/main.js' : '../dist/main.js');
await main(process.argv.slice(2));

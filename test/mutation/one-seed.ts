/** Random cases repeat from run to run, so that a mutant's fate does. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 20_260_301 });

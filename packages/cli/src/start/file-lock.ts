/**
 * The system call behind the lock of the data folder, typed: fs-native-extensions ships no types
 * and no ES module. The kernel lets go of the lock when the process ends, however it ends.
 */
import { createRequire } from 'node:module';

interface NativeLocks {
  /** Takes the whole file exclusively; false: another open file has it. */
  tryLock(fileDescriptor: number): boolean;
}

/** Loaded when it is used, so that commands that take no lock need no native module. */
export function tryLockFile(fileDescriptor: number): boolean {
  // The package's documented interface; it has no declaration file.
  const native = createRequire(import.meta.url)('fs-native-extensions') as NativeLocks;
  return native.tryLock(fileDescriptor);
}

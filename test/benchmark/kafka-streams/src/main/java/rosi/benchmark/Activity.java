package rosi.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;

/** What was handled so far; told on standard output whenever it has changed, with the CPU time. */
final class Activity {
  static final AtomicLong collected = new AtomicLong();
  static final AtomicLong all = new AtomicLong();

  static void tell() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Thread teller = new Thread(() -> {
      for (long told = -1;;) {
        long now = all.get();
        if (now != told) {
          System.out.println(collected.get() + " " + now + " " + system.getProcessCpuTime());
        }
        told = now;
        try {
          Thread.sleep(100);
        } catch (InterruptedException end) {
          return;
        }
      }
    });
    teller.setDaemon(true);
    teller.start();
  }

  private Activity() {}
}

package rosi.benchmark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

record Touch(String id, long occurredAt, String type, String medium) {
  private static final long DAY_MS = 24L * 60 * 60 * 1000;
  static final long LONGEST_WINDOW_MS = 30 * DAY_MS;

  long windowMs() {
    return switch (type) {
      case "view" -> DAY_MS;
      case "interaction" -> 7 * DAY_MS;
      default -> LONGEST_WINDOW_MS;
    };
  }

  boolean isEligible(long orderedAt) {
    return orderedAt - windowMs() < occurredAt && occurredAt <= orderedAt;
  }

  void write(DataOutputStream out) throws IOException {
    out.writeUTF(id);
    out.writeLong(occurredAt);
    out.writeUTF(type);
    out.writeUTF(medium);
  }

  static Touch read(DataInputStream in) throws IOException {
    return new Touch(in.readUTF(), in.readLong(), in.readUTF(), in.readUTF());
  }
}

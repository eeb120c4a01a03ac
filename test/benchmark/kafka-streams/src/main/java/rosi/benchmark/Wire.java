package rosi.benchmark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The program's own records are plain fields, one behind the other: nothing is cheaper. */
final class Wire {
  interface Writing { void to(DataOutputStream out) throws IOException; }
  interface Reading<T> { T from(DataInputStream in) throws IOException; }

  static byte[] write(Writing fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
      fields.to(new DataOutputStream(bytes));
      return bytes.toByteArray();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  static <T> T read(byte[] bytes, Reading<T> fields) {
    try {
      return fields.from(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  static byte[] text(String value) { return value.getBytes(StandardCharsets.UTF_8); }

  static String text(byte[] value) { return new String(value, StandardCharsets.UTF_8); }

  private Wire() {}
}

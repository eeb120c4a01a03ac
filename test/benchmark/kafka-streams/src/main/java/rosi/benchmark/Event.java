package rosi.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** What the program needs of a collected event, read from the very bytes that ROSI reads. */
record Event(String id, String type, long occurredAt, boolean isServer, List<String> identifiers,
    String medium, boolean isTouchpoint, boolean isBot, Order order, Refund refund) {

  /** `total` is null while no event has stated it. */
  record Order(String id, Long total, String currency) {}

  record Refund(String id, long amount, String currency) {}

  static final class Reader {
    private final GenericDatumReader<GenericRecord> reader;
    private final int headerBytes;
    private GenericRecord record;
    private BinaryDecoder decoder;

    Reader(Path schema, List<Path> before, int headerBytes) {
      try {
        Schema.Parser parser = new Schema.Parser();
        for (Path file : before) parser.parse(Files.readString(file));
        reader = new GenericDatumReader<>(parser.parse(Files.readString(schema)));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
      this.headerBytes = headerBytes;
    }

    Event read(byte[] bytes) {
      try {
        decoder = DecoderFactory.get()
            .binaryDecoder(bytes, headerBytes, bytes.length - headerBytes, decoder);
        record = reader.read(record, decoder);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
      return new Event(text(record, "event_id"), text(record, "type"),
          (Long) record.get("occurred_at"), !text(record, "source").equals("pixel"),
          identifiers(), text(record, "medium"), (Boolean) record.get("touchpoint"),
          (Boolean) record.get("bot"), order(), refund());
    }

    private List<String> identifiers() {
      @SuppressWarnings("unchecked")
      List<GenericRecord> all = (List<GenericRecord>) record.get("identifiers");
      return all.stream().map(one -> text(one, "type") + ":" + text(one, "value")).toList();
    }

    private Order order() {
      GenericRecord order = (GenericRecord) record.get("order");
      if (order == null) return null;
      return new Order(text(order, "order_id"), (Long) order.get("total"), text(order, "currency"));
    }

    private Refund refund() {
      GenericRecord refund = (GenericRecord) record.get("refund");
      if (refund == null) return null;
      return new Refund(
          text(refund, "refund_id"), (Long) refund.get("amount"), text(refund, "currency"));
    }

    private static String text(GenericRecord of, String field) { return of.get(field).toString(); }
  }
}

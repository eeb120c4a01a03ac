package rosi.benchmark;

import java.util.List;

/** The topics of the program, all of as many partitions as the input. */
record Topics(String collected, String prefix) {
  String accepted() { return prefix + "accepted"; }
  String links() { return prefix + "links"; }
  String assigned() { return prefix + "assigned"; }
  String contributions() { return prefix + "contributions"; }
  String eligible() { return prefix + "eligible"; }
  String ledgerOrders() { return prefix + "ledger-orders"; }
  String ledgerTouchpoints() { return prefix + "ledger-touchpoints"; }
  String ledgerIdentities() { return prefix + "ledger-identities"; }

  List<String> made() {
    return List.of(accepted(), links(), assigned(), contributions(), eligible(),
        ledgerOrders(), ledgerTouchpoints(), ledgerIdentities());
  }
}

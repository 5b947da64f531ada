// What a process is given as the stored state of the one before it: refused, or taken and then good to work with; and
// what was taken is stored as the same again. The first octet chooses which of the three it is.
#include <algorithm>
#include <cstdlib>
#include <span>
#include <type_traits>

#include "firmware/bgp/rib_out.h"
#include "firmware/bgp/stream.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

template <class Stored>
void must_be_stored_alike(const Stored& stored) {
  Octets first;
  stored.store(first);
  const auto again = Stored::restore(first);
  if (!again) std::abort();
  Octets second;
  if constexpr (std::is_same_v<Stored, RibOut>) {
    (*again)->store(second);
  } else {
    again->store(second);
  }
  if (first != second) std::abort();
}

void try_inbox(Bytes octets) {
  auto inbox = Inbox::restore(octets);
  if (!inbox) return;
  must_be_stored_alike(*inbox);
  static_cast<void>(inbox->feed(octets, [](MessageType, Bytes) { return true; }));
}

void try_outbox(Bytes octets) {
  auto outbox = Outbox::restore(octets);
  if (!outbox) return;
  must_be_stored_alike(*outbox);
  Outbox ended = *outbox;
  if (ended.last_words().size() > octets.size() || !ended.empty()) std::abort();
  std::size_t written = 0;
  while (!outbox->empty()) {
    const std::size_t piece = std::min<std::size_t>(outbox->next().size(), 11);
    if (piece == 0 || (written += piece) > octets.size()) std::abort();
    outbox->wrote(piece);
  }
}

void try_rib_out(Bytes octets) {
  auto restored = RibOut::restore(octets);
  if (!restored) return;
  RibOut& rib = **restored;
  must_be_stored_alike(rib);
  rib.announce(IpAddress::v4(1));
  rib.refresh(1, Family::IPv4, true);
  rib.withdraw_all();
  for (RibOut::Session session = 0; session < 8; ++session) {
    // Each family's changes, End-of-RIB, BoRR and EoRR, and what an input of this size can hold.
    for (std::size_t i = 0; rib.next(session) != nullptr; ++i) {
      if (i > 16 + octets.size()) std::abort();
    }
    if (rib.pending(session)) std::abort();
    rib.detach(session);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes octets = std::as_bytes(std::span(data, size)).subspan(1);
  switch (data[0] % 3) {
    case 0:
      try_inbox(octets);
      break;
    case 1:
      try_outbox(octets);
      break;
    default:
      try_rib_out(octets);
  }
  return 0;
}

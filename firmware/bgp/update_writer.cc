#include "firmware/bgp/update_writer.h"

#include <array>

#include "firmware/bgp/attributes.h"

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kOriginIgp = 0;
constexpr std::uint8_t kSequence = 2;            // an AS_PATH segment
constexpr std::uint32_t kLocalPreference = 100;  // what every speaker assumes where none is given

Octets octets_of(const Writer& writer) { return {writer.written().begin(), writer.written().end()}; }

void write_as_path(Writer& writer, Asn as, bool four_octets) {
  writer.u8(kSequence);
  writer.u8(1);
  if (four_octets) {
    writer.u32(as.value);
  } else {
    writer.u16(static_cast<std::uint16_t>(as.is_two_octet() ? as.value : Asn::kTrans));
  }
}

}  // namespace

// ORIGIN, AS_PATH, NEXT_HOP, LOCAL_PREF and AS4_PATH, in the order of their types (RFC 4271 §5).
Octets UpdateWriter::path_attributes() const {
  std::array<std::byte, 64> buffer{};
  Writer writer(buffer);
  writer.u8(kTransitive);
  writer.u8(kOrigin);
  writer.u8(1);
  writer.u8(kOriginIgp);

  writer.u8(kTransitive);
  writer.u8(kAsPath);
  const std::size_t path = writer.open_u8();
  if (!attributes_.internal) write_as_path(writer, attributes_.local_as, attributes_.four_octet_as);
  writer.close_u8(path);

  if (attributes_.family == Family::IPv4) {
    writer.u8(kTransitive);
    writer.u8(kNextHop);
    writer.u8(4);
    writer.bytes(attributes_.next_hop.octets());
  }
  if (attributes_.internal) {
    writer.u8(kTransitive);
    writer.u8(kLocalPref);
    writer.u8(4);
    writer.u32(kLocalPreference);
  }
  if (!attributes_.internal && !attributes_.four_octet_as && !attributes_.local_as.is_two_octet()) {
    writer.u8(kOptional | kTransitive);
    writer.u8(kAs4Path);
    const std::size_t true_path = writer.open_u8();
    write_as_path(writer, attributes_.local_as, true);
    writer.close_u8(true_path);
  }
  return octets_of(writer);
}

UpdateWriter::Message UpdateWriter::begin_announcement() const {
  const Octets path = path_attributes();
  std::array<std::byte, 256> buffer{};
  Writer writer(buffer);
  Message message;
  write_header(writer, MessageType::Update, 0);
  writer.u16(0);  // no withdrawn routes
  const std::size_t total = writer.size();
  writer.u16(static_cast<std::uint16_t>(path.size()));
  if (attributes_.family == Family::IPv4) {
    writer.bytes(path);
    message.lengths = {{kMarkerOctets, writer.size()}};
  } else {
    writer.u8(kOptional | kExtendedLength);
    writer.u8(kMpReach);
    const std::size_t length = writer.size();
    writer.u16(0);
    writer.u16(kIPv6Unicast.afi);
    writer.u8(kIPv6Unicast.safi);
    const std::size_t next_hop = writer.open_u8();
    writer.bytes(attributes_.next_hop.octets());
    if (attributes_.link_local) writer.bytes(attributes_.link_local->octets());
    writer.close_u8(next_hop);
    writer.u8(0);
    message.tail = path;
    message.lengths = {{kMarkerOctets, writer.size() + path.size()},
                       {total, writer.size() - total - 2 + path.size()},
                       {length, writer.size() - length - 2}};
  }
  message.octets = octets_of(writer);
  message.head = message.octets.size();
  return message;
}

UpdateWriter::Message UpdateWriter::begin_withdrawal() const {
  std::array<std::byte, 64> buffer{};
  Writer writer(buffer);
  Message message;
  write_header(writer, MessageType::Update, 0);
  const std::size_t first = writer.size();
  writer.u16(0);
  if (attributes_.family == Family::IPv4) {
    message.tail.assign(2, std::byte{0});  // no attributes
    message.lengths = {{kMarkerOctets, writer.size() + 2}, {first, 0}};
  } else {
    const std::size_t total = writer.size();
    writer.u16(0);
    writer.u8(kOptional | kExtendedLength);
    writer.u8(kMpUnreach);
    const std::size_t length = writer.size();
    writer.u16(0);
    writer.u16(kIPv6Unicast.afi);
    writer.u8(kIPv6Unicast.safi);
    message.lengths = {
        {kMarkerOctets, writer.size()}, {total, writer.size() - total - 2}, {length, writer.size() - length - 2}};
  }
  message.octets = octets_of(writer);
  message.head = message.octets.size();
  return message;
}

void UpdateWriter::add(std::optional<Message>& message, const IpAddress& address,
                       Message (UpdateWriter::*begin)() const) {
  const std::size_t prefix = 1 + address.octets().size();
  if (message && message->octets.size() + prefix + message->tail.size() > kMessageOctetsMax) {
    close(*message);
    message.reset();
  }
  if (!message) {
    message = (this->*begin)();
    message->octets.reserve(kMessageOctetsMax);
  }
  message->octets.push_back(static_cast<std::byte>(address_bits(address.family())));
  const Bytes octets = address.octets();
  message->octets.insert(message->octets.end(), octets.begin(), octets.end());
}

void UpdateWriter::close(Message& message) {
  const std::size_t prefixes = message.octets.size() - message.head;
  message.octets.insert(message.octets.end(), message.tail.begin(), message.tail.end());
  for (const auto& length : message.lengths) {
    Writer(std::span(message.octets).subspan(length.place, 2)).u16(static_cast<std::uint16_t>(length.fixed + prefixes));
  }
  chunk_.octets.insert(chunk_.octets.end(), message.octets.begin(), message.octets.end());
  ++chunk_.messages;
}

void UpdateWriter::announce(const IpAddress& address) {
  add(announcement_, address, &UpdateWriter::begin_announcement);
  ++chunk_.announced;
}

void UpdateWriter::withdraw(const IpAddress& address) {
  add(withdrawal_, address, &UpdateWriter::begin_withdrawal);
  ++chunk_.withdrawn;
}

void UpdateWriter::end_of_rib() {
  finish_begun();
  // An UPDATE that withdraws nothing.
  Message message = begin_withdrawal();
  close(message);
}

std::size_t UpdateWriter::size() const {
  return chunk_.octets.size() + (announcement_ ? announcement_->octets.size() : 0) +
         (withdrawal_ ? withdrawal_->octets.size() : 0);
}

void UpdateWriter::finish_begun() {
  // Withdrawals first: a route that must go does more harm than one that is yet to come.
  for (auto* message : {&withdrawal_, &announcement_}) {
    if (!*message) continue;
    close(**message);
    message->reset();
  }
}

UpdateChunk UpdateWriter::finish() {
  finish_begun();
  return std::move(chunk_);
}

}  // namespace portreeve::bgp

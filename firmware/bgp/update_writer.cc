#include "firmware/bgp/update_writer.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "firmware/bgp/attributes.h"

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kOriginIgp = 0;
constexpr std::uint8_t kSequence = 2;                     // an AS_PATH segment
constexpr std::uint32_t kGracefulShutdown = 0xFFFF'0000;  // RFC 8326 §5
constexpr std::size_t kAttributesMost = kMessageOctetsMax / 2 + 512;

Octets octets_of(const Writer& writer) { return {writer.written().begin(), writer.written().end()}; }

// As the table has them, by which a peer's attributes are judged too.
std::uint8_t flags_of(std::uint8_t type) { return find_attribute(type)->flags; }

// The length takes two octets only where one does not hold it.
void begin_attribute(Writer& writer, std::uint8_t type, std::size_t length) {
  const bool extended = length > 0xFF;
  const std::uint8_t flags = flags_of(type);
  writer.u8(extended ? flags | kExtendedLength : flags);
  writer.u8(type);
  if (extended) {
    writer.u16(static_cast<std::uint16_t>(length));
  } else {
    writer.u8(static_cast<std::uint8_t>(length));
  }
}

// A set as it is sent: without doubles, in ascending order, no more than there is room for.
template <class T>
std::vector<T> as_set(std::vector<T> values, std::size_t most) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.size() > most) values.resize(most);
  return values;
}

std::vector<std::uint32_t> communities_of(const ExportPolicy& policy) {
  std::vector<std::uint32_t> values = as_set(policy.communities, ExportPolicy::kCommunitiesMost);
  if (!policy.graceful_shutdown) return values;
  values.push_back(kGracefulShutdown);
  return as_set(std::move(values), ExportPolicy::kCommunitiesMost + 1);
}

// One AS_SEQUENCE of our numbers (RFC 4271 §5.1.2), the one that the peer knows us by in front.
void write_as_path(Writer& writer, const ExportAttributes& attributes, std::uint8_t type, bool four_octets) {
  std::vector<Asn> path;
  if (!attributes.internal) {
    path.push_back(attributes.local_as);
    if (attributes.second_as) path.push_back(*attributes.second_as);
  }
  begin_attribute(writer, type, path.empty() ? 0 : 2 + path.size() * (four_octets ? 4 : 2));
  if (path.empty()) return;
  writer.u8(kSequence);
  writer.u8(static_cast<std::uint8_t>(path.size()));
  for (const Asn as : path) {
    if (four_octets) {
      writer.u32(as.value);
    } else {
      writer.u16(static_cast<std::uint16_t>(as.is_two_octet() ? as.value : Asn::kTrans));
    }
  }
}

// RFC 6793 §4.2.2: where AS_PATH had to say AS_TRANS, and there only.
bool needs_as4_path(const ExportAttributes& attributes) {
  if (attributes.internal || attributes.four_octet_as) return false;
  return !attributes.local_as.is_two_octet() || (attributes.second_as && !attributes.second_as->is_two_octet());
}

bool is_multiprotocol(const ExportAttributes& attributes) {
  return attributes.family == Family::IPv6 || !attributes.next_hop.is_v4();
}

void write_communities(Writer& writer, const ExportPolicy& policy) {
  const auto communities = communities_of(policy);
  if (communities.empty()) return;
  begin_attribute(writer, kCommunities, communities.size() * 4);
  for (const std::uint32_t community : communities) writer.u32(community);
}

void write_extended_communities(Writer& writer, const ExportPolicy& policy) {
  const auto communities = as_set(policy.extended_communities, ExportPolicy::kCommunitiesMost);
  if (communities.empty()) return;
  begin_attribute(writer, kExtendedCommunities, communities.size() * 8);
  for (const std::uint64_t community : communities) writer.u64(community);
}

void write_large_communities(Writer& writer, const ExportPolicy& policy) {
  const auto communities = as_set(policy.large_communities, ExportPolicy::kCommunitiesMost);
  if (communities.empty()) return;
  begin_attribute(writer, kLargeCommunity, communities.size() * 12);
  for (const LargeCommunity& community : communities) {
    for (const std::uint32_t part : community) writer.u32(part);
  }
}

// All but MP_REACH_NLRI, in the order of their types (RFC 4271 §5).
Octets path_attributes(const ExportAttributes& attributes) {
  std::array<std::byte, kAttributesMost> buffer{};
  Writer writer(buffer);
  const ExportPolicy& policy = attributes.policy;
  begin_attribute(writer, kOrigin, 1);
  writer.u8(kOriginIgp);
  write_as_path(writer, attributes, kAsPath, attributes.four_octet_as);
  if (!is_multiprotocol(attributes)) {
    begin_attribute(writer, kNextHop, 4);
    writer.bytes(attributes.next_hop.octets());
  }
  if (policy.multi_exit_discriminator) {
    begin_attribute(writer, kMultiExitDisc, 4);
    writer.u32(*policy.multi_exit_discriminator);
  }
  if (attributes.internal) {
    begin_attribute(writer, kLocalPref, 4);
    writer.u32(policy.graceful_shutdown ? 0 : policy.local_preference);
  }
  write_communities(writer, policy);
  write_extended_communities(writer, policy);
  if (needs_as4_path(attributes)) write_as_path(writer, attributes, kAs4Path, true);
  write_large_communities(writer, policy);
  return octets_of(writer);
}

void write_family(Writer& writer, Family family) {
  writer.u16(unicast(family).afi);
  writer.u8(unicast(family).safi);
}

UpdateForm announcement_form(const ExportAttributes& attributes) {
  const Octets path = path_attributes(attributes);
  std::array<std::byte, kAttributesMost + 128> buffer{};
  Writer writer(buffer);
  UpdateForm form;
  write_header(writer, MessageType::Update, 0);
  writer.u16(0);  // no withdrawn routes
  const std::size_t total = writer.size();
  writer.u16(static_cast<std::uint16_t>(path.size()));
  if (!is_multiprotocol(attributes)) {
    writer.bytes(path);
    form.lengths = {{{kMarkerOctets, writer.size()}}};
    form.lengths_used = 1;
  } else {
    writer.u8(flags_of(kMpReach) | kExtendedLength);
    writer.u8(kMpReach);
    const std::size_t length = writer.size();
    writer.u16(0);
    write_family(writer, attributes.family);
    const std::size_t next_hop = writer.open_u8();
    writer.bytes(attributes.next_hop.octets());
    if (attributes.link_local) writer.bytes(attributes.link_local->octets());
    writer.close_u8(next_hop);
    writer.u8(0);
    form.tail = path;
    form.lengths = {{{kMarkerOctets, writer.size() + path.size()},
                     {total, writer.size() - total - 2 + path.size()},
                     {length, writer.size() - length - 2}}};
    form.lengths_used = 3;
  }
  form.head = octets_of(writer);
  return form;
}

// MP_UNREACH_NLRI also for IPv4 routes that were announced in MP_REACH_NLRI: RFC 8950 leaves it open, RFC 4760 §4 has
// it for every family, and it is what BIRD and FRR send to a peer with extended next hops.
UpdateForm withdrawal_form(const ExportAttributes& attributes) {
  std::array<std::byte, 64> buffer{};
  Writer writer(buffer);
  UpdateForm form;
  write_header(writer, MessageType::Update, 0);
  const std::size_t first = writer.size();
  writer.u16(0);
  if (!is_multiprotocol(attributes)) {
    form.tail.assign(2, std::byte{0});  // no attributes
    form.lengths = {{{kMarkerOctets, writer.size() + 2}, {first, 0}}};
    form.lengths_used = 2;
  } else {
    const std::size_t total = writer.size();
    writer.u16(0);
    writer.u8(flags_of(kMpUnreach) | kExtendedLength);
    writer.u8(kMpUnreach);
    const std::size_t length = writer.size();
    writer.u16(0);
    write_family(writer, attributes.family);
    form.lengths = {
        {{kMarkerOctets, writer.size()}, {total, writer.size() - total - 2}, {length, writer.size() - length - 2}}};
    form.lengths_used = 3;
  }
  form.head = octets_of(writer);
  return form;
}

// The largest chunk that so many prefixes could come to.
std::size_t octets_for(const UpdateForm& form, std::size_t prefixes) {
  constexpr std::size_t kPrefixMost = 1 + 16;
  const std::size_t octets = form.head.size() + form.tail.size() + std::min<std::size_t>(prefixes, 4096) * kPrefixMost;
  return octets < kMessageOctetsMax ? kMessageOctetsMax : UpdateWriter::kMessagesMost * kMessageOctetsMax;
}

}  // namespace

UpdateForms::UpdateForms(const ExportAttributes& attributes)
    : announcement(announcement_form(attributes)), withdrawal(withdrawal_form(attributes)) {}

UpdateWriter::UpdateWriter(const UpdateForms& forms, std::size_t expected)
    : announced_{forms.announcement},
      withdrawn_{forms.withdrawal},
      expected_octets_(octets_for(forms.announcement, expected)) {}

void UpdateWriter::begin(Run& run) {
  const UpdateForm& form = run.form;
  run.begun = run.octets.size();
  run.octets.resize(run.begun + kMessageOctetsMax);
  std::copy(form.head.begin(), form.head.end(), run.octets.begin() + static_cast<std::ptrdiff_t>(run.begun));
  run.at = run.begun + form.head.size();
  run.room = kMessageOctetsMax - form.head.size() - form.tail.size();
  ++run.messages;
}

void UpdateWriter::close(Run& run) {
  if (run.octets.size() == run.begun) return;  // none is open
  const UpdateForm& form = run.form;
  const std::size_t prefixes = run.at - run.begun - form.head.size();
  run.octets.resize(run.at);
  run.octets.insert(run.octets.end(), form.tail.begin(), form.tail.end());
  for (const auto& length : std::span(form.lengths).first(form.lengths_used)) {
    Writer field(std::span(run.octets).subspan(run.begun + length.place, 2));
    field.u16(static_cast<std::uint16_t>(length.fixed + prefixes));
  }
  run.begun = run.octets.size();
  run.room = 0;
}

bool UpdateWriter::add(Run& run, const IpAddress& address) {
  const Bytes octets = address.octets();
  const std::size_t length = 1 + octets.size();
  if (run.room < length) {
    if (announced_.messages + withdrawn_.messages == kMessagesMost) return false;
    close(run);
    if (run.octets.empty()) run.octets.reserve(expected_octets_);
    begin(run);
  }
  std::byte* const prefix = run.octets.data() + run.at;
  *prefix = static_cast<std::byte>(8 * octets.size());
  std::memcpy(prefix + 1, octets.data(), octets.size());
  run.at += length;
  run.room -= length;
  ++run.prefixes;
  return true;
}

bool UpdateWriter::announce(const IpAddress& address) { return add(announced_, address); }

bool UpdateWriter::withdraw(const IpAddress& address) { return add(withdrawn_, address); }

UpdateChunk UpdateWriter::finish() {
  close(announced_);
  close(withdrawn_);
  UpdateChunk chunk;
  chunk.messages = announced_.messages + withdrawn_.messages;
  chunk.announced = announced_.prefixes;
  chunk.withdrawn = withdrawn_.prefixes;
  // Withdrawals first: a route that must go does more harm than one that is yet to come.
  chunk.octets = std::move(withdrawn_.octets);
  if (chunk.octets.empty()) {
    chunk.octets = std::move(announced_.octets);
  } else {
    chunk.octets.insert(chunk.octets.end(), announced_.octets.begin(), announced_.octets.end());
  }
  return chunk;
}

UpdateChunk end_of_rib(Family family) {
  std::array<std::byte, 64> buffer{};
  Writer writer(buffer);
  write_header(writer, MessageType::Update, 0);
  writer.u16(0);
  // RFC 4724 §2: of IPv4 unicast, an UPDATE of nothing; of others, one whose MP_UNREACH_NLRI is empty.
  const std::size_t total = writer.open_u16();
  if (family != Family::IPv4) {
    writer.u8(flags_of(kMpUnreach) | kExtendedLength);
    writer.u8(kMpUnreach);
    writer.u16(3);
    write_family(writer, family);
  }
  writer.close_u16(total);
  writer.patch_u16(kMarkerOctets, static_cast<std::uint16_t>(writer.size()));
  UpdateChunk chunk;
  chunk.octets = octets_of(writer);
  chunk.messages = 1;
  return chunk;
}

UpdateChunk refresh_mark(Family family, RouteRefresh::Subtype mark) {
  UpdateChunk chunk;
  chunk.octets = encode_route_refresh({unicast(family), mark});
  chunk.refresh_marks = 1;
  return chunk;
}

}  // namespace portreeve::bgp

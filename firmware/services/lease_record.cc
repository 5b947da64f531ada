#include "firmware/services/lease_record.h"

#include <algorithm>
#include <array>
#include <optional>

#include "firmware/services/crc32c.h"
#include "hal/base/text.h"

namespace portreeve::services {
namespace {

constexpr std::uint32_t kMarker = 0x50525653;  // "PRVS"
constexpr std::size_t kHeaderSize = 4 + 2 + 4;
constexpr std::size_t kMaximumPayload = 1024;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kLocalAddress = 1;  // flags
constexpr std::uint8_t kDocument = 2;
constexpr std::size_t kMaximumReports = 8;

std::string_view short_name(std::string_view name) { return name.substr(0, 255); }

void write_name(Writer& out, std::string_view name) {
  out.u8(static_cast<std::uint8_t>(short_name(name).size()));
  out.bytes(as_bytes(short_name(name)));
}

// The CRC covers the length too, so that a damaged length is not trusted.
std::uint32_t checksum(std::uint16_t length, Bytes payload) {
  std::array<std::byte, 2> before{};
  Writer(before).u16(length);
  return crc32c(payload, crc32c(before));
}

// Appends a record of `size` octets, whose payload `fill(Writer&)` writes.
template <class Fill>
void append_record(std::size_t size, std::vector<std::byte>& journal, Fill fill) {
  const std::size_t at = journal.size();
  journal.resize(at + size);
  const auto record = std::span(journal).subspan(at);
  Writer payload(record.subspan(kHeaderSize));
  fill(payload);
  const auto length = static_cast<std::uint16_t>(payload.size());
  Writer header(record);
  header.u32(kMarker);
  header.u16(length);
  header.u32(checksum(length, payload.written()));
}

// The payload of a whole record that `bytes` begin with.
std::optional<Bytes> whole_record(Bytes bytes) {
  Reader in(bytes);
  if (in.u32() != kMarker) return std::nullopt;
  const std::uint16_t length = in.u16();
  const std::uint32_t crc = in.u32();
  const Bytes payload = in.take(length);
  if (!in.good() || length > kMaximumPayload || crc != checksum(length, payload)) return std::nullopt;
  return payload;
}

std::string read_name(Reader& in) { return std::string(as_text(in.take(in.u8()))); }

bool read_addresses(Reader& in, std::vector<IpAddress>& addresses) {
  const std::uint8_t count = in.u8();
  if (count < 1 || count > 2) return false;
  for (std::uint8_t i = 0; i < count; ++i) {
    const std::uint8_t family = in.u8();
    if (family != 4 && family != 6) return false;
    const auto address = IpAddress::from_octets(in.take(family == 4 ? 4 : 16));
    if (!address) return false;
    addresses.push_back(*address);
  }
  return count == 1 || addresses[0].family() != addresses[1].family();
}

// None: written whole, but by a program that this one does not understand.
std::optional<LeaseRecord> read_payload(Bytes payload) {
  Reader in(payload);
  LeaseRecord record;
  const std::uint8_t version = in.u8();
  const std::uint8_t type = in.u8();
  record.service.name = read_name(in);
  const std::string& name = record.service.name;
  if (version != kVersion || name.empty() || name.size() > kMaximumNameLength || printable(name) != name) return {};
  if (type == static_cast<std::uint8_t>(LeaseRecord::Type::Remove)) {
    record.type = LeaseRecord::Type::Remove;
  } else if (type == static_cast<std::uint8_t>(LeaseRecord::Type::Put)) {
    record.service.pool = printable(read_name(in));
    const std::uint8_t flags = in.u8();
    record.service.local_address = (flags & kLocalAddress) != 0;
    record.service.owner = (flags & kDocument) != 0 ? Owner::Document : Owner::Lease;
    if (!read_addresses(in, record.service.addresses)) return {};
  } else {
    return {};
  }
  auto finished = in.finish(std::move(record));
  if (!finished) return {};
  return std::move(*finished);
}

// Where the next whole record begins; the end where there is none.
std::size_t next_whole_record(Bytes journal, std::size_t from) {
  std::array<std::byte, 4> marker{};
  Writer(marker).u32(kMarker);
  auto at = journal.begin() + static_cast<std::ptrdiff_t>(std::min(from, journal.size()));
  while ((at = std::search(at, journal.end(), marker.begin(), marker.end())) != journal.end()) {
    const auto offset = static_cast<std::size_t>(at - journal.begin());
    if (whole_record(journal.subspan(offset))) return offset;
    ++at;
  }
  return journal.size();
}

void report(JournalContent& content, const std::string& text) {
  content.whole = false;
  if (content.damage.size() < kMaximumReports)
    content.damage.push_back(text);
  else if (content.damage.size() == kMaximumReports)
    content.damage.emplace_back("there is more damage behind it");
}

}  // namespace

std::size_t put_size(const Service& service) {
  std::size_t size = kHeaderSize + 2 + 1 + short_name(service.name).size() + 1 + short_name(service.pool).size() + 2;
  for (const IpAddress& address : service.addresses) size += 1 + address.octets().size();
  return size;
}

void append_put(const Service& service, std::vector<std::byte>& journal) {
  append_record(put_size(service), journal, [&](Writer& out) {
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(LeaseRecord::Type::Put));
    write_name(out, service.name);
    write_name(out, service.pool);
    out.u8(static_cast<std::uint8_t>((service.local_address ? kLocalAddress : 0U) |
                                     (service.owner == Owner::Document ? kDocument : 0U)));
    out.u8(static_cast<std::uint8_t>(service.addresses.size()));
    for (const IpAddress& address : service.addresses) {
      out.u8(address.is_v4() ? 4 : 6);
      out.bytes(address.octets());
    }
  });
}

void append_removal(std::string_view name, std::vector<std::byte>& journal) {
  append_record(kHeaderSize + 2 + 1 + short_name(name).size(), journal, [&](Writer& out) {
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(LeaseRecord::Type::Remove));
    write_name(out, name);
  });
}

JournalContent read_journal(Bytes journal) {
  JournalContent content;
  std::size_t at = 0;
  while (at < journal.size()) {
    if (const auto payload = whole_record(journal.subspan(at))) {
      if (auto record = read_payload(*payload)) {
        content.records.push_back(std::move(*record));
      } else {
        report(content, "the record at octet " + std::to_string(at) +
                            " is of a version that this program does not know; it is left out");
      }
      at += kHeaderSize + payload->size();
      continue;
    }
    const std::size_t next = next_whole_record(journal, at + 1);
    content.whole = false;
    // Nothing whole behind it: the write that a crash cut short, which nobody was told of.
    if (next == journal.size()) break;
    report(content, "octets " + std::to_string(at) + " to " + std::to_string(next - 1) +
                        " are damaged; what was recorded there is lost");
    at = next;
  }
  return content;
}

}  // namespace portreeve::services

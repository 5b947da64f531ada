// The file of leases: records appended one after another, each the whole state of one service, or that it is gone. The
// last record of a name counts. Read back after a crash, the file may end in the middle of a record; after a disk fault
// it may be damaged anywhere: reading goes on at the next record that is whole.
//
//   marker u32 | payload length u16 | CRC-32C u32 of length and payload | payload
//   payload: version u8 = 1 | type u8 | name length u8, name |
//            of type Put: pool length u8, pool | flags u8 | count u8 | count × (family u8 = 4 or 6, address)
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "firmware/services/service.h"
#include "hal/base/bytes.h"

namespace portreeve::services {

struct LeaseRecord {
  enum class Type : std::uint8_t { Put = 1, Remove = 2 };

  Type type = Type::Put;
  Service service;  // without switch_name; of a Remove only the name
};

void append_put(const Service& service, std::vector<std::byte>& journal);
void append_removal(std::string_view name, std::vector<std::byte>& journal);
std::size_t put_size(const Service& service);  // octets that append_put adds

struct JournalContent {
  std::vector<LeaseRecord> records;  // in order
  std::vector<std::string> damage;   // in words, the first few places
  bool whole = true;                 // ends with a record's end, and nothing is damaged
};

JournalContent read_journal(Bytes journal);

}  // namespace portreeve::services

// What the tests of the services room share: short ways to write addresses and pools, and a journal in memory that
// fails on demand.
#pragma once

#include <CppUTest/TestHarness.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/services/journal.h"
#include "firmware/services/service.h"

namespace portreeve::services {

inline IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

inline PoolConfig make_pool(const std::string& name, const std::vector<std::string>& ranges,
                            const std::string& switch_name = "vSwitch1") {
  PoolConfig pool{.name = name, .switch_name = switch_name, .ranges = {}, .reserved = {}};
  for (const std::string& range : ranges) pool.ranges.push_back(*IpRange::parse(range));
  return pool;
}

inline Request make_request(const std::string& name, const std::string& pool = {},
                            const std::vector<std::string>& addresses = {}) {
  Request request{.name = name, .pool = pool, .addresses = {}};
  for (const std::string& address : addresses) request.addresses.push_back(ip(address));
  return request;
}

// "10.0.0.1 2001:db8::1", or "kind: message" of a refusal.
inline std::string text_of(const Result<std::vector<IpAddress>>& outcome) {
  if (!outcome) return outcome.error().message;
  std::string text;
  for (const IpAddress& address : *outcome) text += (text.empty() ? "" : " ") + address.to_string();
  return text;
}

// A file in memory. Completes a write when the test says so, as the disk does.
class FakeJournal : public Journal {
 public:
  void append(std::vector<std::byte> records, Done done) override {
    hold({false, std::move(records), std::move(done)});
  }
  void replace(std::vector<std::byte> whole, Done done) override { hold({true, std::move(whole), std::move(done)}); }

  [[nodiscard]] bool busy() const { return write_.has_value(); }
  [[nodiscard]] bool replacing() const { return write_ && write_->whole; }
  [[nodiscard]] std::size_t writing() const { return write_ ? write_->octets.size() : 0; }

  void complete() {
    Write write = take();
    if (write.whole) file.clear();
    file.insert(file.end(), write.octets.begin(), write.octets.end());
    ++writes;
    write.done({});
  }
  void fail(const std::string& why = "no space left on device") { take().done(Error{ErrorKind::Exhausted, why}); }
  void complete_all() {
    while (busy()) complete();
  }
  void fail_all() {
    while (busy()) fail();
  }

  std::vector<std::byte> file;
  int writes = 0;

 private:
  struct Write {
    bool whole;
    std::vector<std::byte> octets;
    Done done;
  };

  void hold(Write write) {
    CHECK_TEXT(!write_, "the registry has one write under way at most");
    write_ = std::move(write);
  }
  Write take() {
    CHECK_TEXT(write_.has_value(), "a write is under way");
    return *std::exchange(write_, std::nullopt);
  }

  std::optional<Write> write_;
};

}  // namespace portreeve::services

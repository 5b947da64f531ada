// Which address a service gets: the pools, what is taken, and every rule by which a request is refused. Pure; remembers
// nothing durably (registry.h does).
//
// Taking and releasing an address costs O(pools × log gaps), choosing one O(pools), whatever the size of the
// pools. Taken addresses are kept beside the pools: an address stays taken while pools shrink, go and come back. For
// the moment in which a range moves from one pool to another both may hold it; the first pool by name then counts.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/services/service.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::services {

class Allocator {
 public:
  Allocator();
  ~Allocator();
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  void set_pool(const PoolConfig& config);
  void remove_pool(std::string_view name);
  [[nodiscard]] const PoolConfig* pool(std::string_view name) const;
  [[nodiscard]] const PoolConfig* pool_of(const IpAddress& address) const;  // nullptr: outside every pool
  [[nodiscard]] std::optional<PoolStatus> status(std::string_view name) const;

  // What the request gets, or why it is refused. Takes nothing yet; what the service of that name has counts as free
  // to it where it asks for it by address.
  [[nodiscard]] Result<std::vector<IpAddress>> choose(const Request& request) const;

  // `holder` must live until the address is released. Taken need not mean in a pool.
  void take(const IpAddress& address, std::string_view holder);
  void release(const IpAddress& address);
  [[nodiscard]] std::optional<std::string_view> holder(const IpAddress& address) const;
  // In ascending order. Takes O(all that are taken).
  [[nodiscard]] std::vector<IpAddress> taken_in(std::span<const IpRange> ranges) const;

 private:
  struct Pool;

  // A name of at most kMaximumNameLength octets that stands elsewhere, in nine octets: there are 100,000 of them.
  class Holder {
   public:
    explicit Holder(std::string_view name);
    [[nodiscard]] std::string_view name() const;

   private:
    std::array<std::byte, sizeof(const char*)> place_{};
    std::uint8_t size_ = 0;
  };

  [[nodiscard]] Result<std::vector<IpAddress>> choose_requested(const Request& request) const;
  [[nodiscard]] Result<IpAddress> choose_from(const Pool& pool) const;
  [[nodiscard]] Result<IpAddress> choose_from_any() const;
  [[nodiscard]] Result<const Pool*> pool_to_give(const IpAddress& address, const Request& request) const;
  [[nodiscard]] const Pool* find(std::string_view name) const;
  [[nodiscard]] const Pool* find_holding(const IpAddress& address) const;
  [[nodiscard]] PoolStatus usage(const Pool& pool, Family family) const;
  [[nodiscard]] Error no_such_pool(std::string_view name) const;

  std::map<std::string, Pool, std::less<>> pools_;
  boost::unordered_flat_map<IpAddress, Holder, std::hash<IpAddress>> taken_;
};

}  // namespace portreeve::services

// All services in order of their names, in little memory: about 45 octets each besides the name and the addresses. A
// service is one block; names of pools and switches, which are few, are kept once. The blocks stand in order in runs of
// some hundred, so that an insertion moves little.
//
// Finding one takes O(log n), and O(1) where names come in order, as they do in a long request: the place found last is
// tried first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/services/service.h"

namespace portreeve::services {

class ServiceTable {
 public:
  ServiceTable();
  ~ServiceTable();
  ServiceTable(const ServiceTable&) = delete;
  ServiceTable& operator=(const ServiceTable&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::optional<Service> find(std::string_view name) const;
  [[nodiscard]] std::optional<Owner> owner(std::string_view name) const;

  // In the place of the one of that name, if there is one. The service's name as it is kept, which lives as long as
  // the service stays as it is.
  std::string_view put(const Service& service);
  // Nothing else of the service changes, and its name stays where it is kept.
  void move(std::string_view name, const std::string& pool, const std::string& switch_name);
  void erase(std::string_view name);

  // Those behind `after`, in order, while `visit` returns true.
  void visit(std::string_view after, const std::function<bool(const Service&)>& visit) const;

 private:
  class Block;
  struct Free {
    void operator()(Block* block) const;
  };
  using BlockPointer = std::unique_ptr<Block, Free>;
  using Run = std::vector<BlockPointer>;
  struct Place {
    std::size_t run = 0;
    std::size_t at = 0;  // may be behind the run's last
  };

  [[nodiscard]] Place place_of(std::string_view name) const;  // of the first one that is not before the name
  [[nodiscard]] bool is_place_of(const Place& place, std::string_view name) const;
  [[nodiscard]] const Block* at(const Place& place) const;
  [[nodiscard]] Block* named(const Place& place, std::string_view name) const;  // null: the name is not there
  [[nodiscard]] Place insert(Place place, BlockPointer block);
  [[nodiscard]] Service service_of(const Block& block) const;
  std::uint32_t number_of(const std::string& text);

  std::vector<Run> runs_;  // none is empty
  std::size_t size_ = 0;
  mutable Place last_;  // where the search begins
  std::vector<const std::string*> texts_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;  // of texts_
};

}  // namespace portreeve::services

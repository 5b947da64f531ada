// Any octets as the file of leases: what can be read of it is written anew, reads the same, and is whole.
#include <cstdlib>
#include <map>

#include "firmware/services/registry.h"

using namespace portreeve;
using namespace portreeve::services;

namespace {

class File : public Journal {
 public:
  void append(std::vector<std::byte> /*records*/, Done /*done*/) override { std::abort(); }  // nothing has changed
  void replace(std::vector<std::byte> whole, Done done) override {
    octets = std::move(whole);
    replaced = true;
    done_ = std::move(done);
  }

  std::vector<std::byte> octets;
  bool replaced = false;

 private:
  Done done_;
};

std::map<std::string, std::vector<IpAddress>> leases_of(const Registry& registry) {
  std::map<std::string, std::vector<IpAddress>> leases;
  for (const Service& service : registry.list("", SIZE_MAX)) leases[service.name] = service.addresses;
  return leases;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  File file;
  Registry registry(file);
  registry.restore(std::as_bytes(std::span(data, size)));
  if (!file.replaced) return 0;
  File second;
  Registry again(second);
  if (!again.restore(file.octets).empty() || second.replaced || leases_of(again) != leases_of(registry)) std::abort();
  return 0;
}

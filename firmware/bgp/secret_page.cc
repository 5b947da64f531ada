#include "firmware/bgp/secret_page.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace portreeve::bgp {

Result<SecretPage> SecretPage::make() {
  const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return system_error("cannot get memory for a password", errno);  // NOLINT: the system's cast
  SecretPage page({static_cast<std::byte*>(memory), size});
  if (mlock(memory, size) != 0) {
    return system_error("cannot lock memory for a password (see LimitMEMLOCK= of the service)", errno);
  }
  if (madvise(memory, size, MADV_DONTDUMP) != 0 || madvise(memory, size, MADV_WIPEONFORK) != 0) {
    return system_error("cannot keep a password out of core files", errno);
  }
  return page;
}

SecretPage::SecretPage(SecretPage&& other) noexcept : octets_(std::exchange(other.octets_, {})) {}

SecretPage::~SecretPage() {
  if (octets_.empty()) return;
  explicit_bzero(octets_.data(), octets_.size());  // which no optimizer takes for useless
  munmap(octets_.data(), octets_.size());          // and this unlocks it
}

}  // namespace portreeve::bgp

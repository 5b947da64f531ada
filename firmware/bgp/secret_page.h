// Memory for a secret while it is handed on: a page of its own that is never swapped (mlock), is in no core file
// (MADV_DONTDUMP) and in no child process (MADV_WIPEONFORK), and is zero before it goes back to the kernel.
#pragma once

#include <cstddef>
#include <span>

#include "hal/base/result.h"

namespace portreeve::bgp {

class SecretPage {
 public:
  static Result<SecretPage> make();
  ~SecretPage();
  SecretPage(SecretPage&& other) noexcept;
  SecretPage(const SecretPage&) = delete;
  SecretPage& operator=(const SecretPage&) = delete;
  SecretPage& operator=(SecretPage&&) = delete;

  // All zero at the start, and aligned for any type.
  [[nodiscard]] std::span<std::byte> octets() { return octets_; }

 private:
  explicit SecretPage(std::span<std::byte> octets) : octets_(octets) {}

  std::span<std::byte> octets_;
};

}  // namespace portreeve::bgp

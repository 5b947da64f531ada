// Messages recorded from a real kernel (Linux 6.18), whole datagrams. They are what the fuzz target starts from too.
#pragma once

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "netlink/message.h"

namespace portreeve::netlink {

class Recorded {
 public:
  explicit Recorded(const std::string& name) {
    std::ifstream file(std::string(PORTREEVE_RECORDED) + "/" + name, std::ios::binary);
    text_.assign(std::istreambuf_iterator<char>(file), {});
    MessageReader reader{as_bytes(text_)};
    if (reader.next()) message_ = reader.message();
  }
  [[nodiscard]] const Message& message() const { return message_; }  // an empty one where there is no such file
  [[nodiscard]] Bytes body() const { return message_.body; }
  [[nodiscard]] Bytes datagram() const { return as_bytes(text_); }

 private:
  std::string text_;
  Message message_;
};

}  // namespace portreeve::netlink

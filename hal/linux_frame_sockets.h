// Frames by AF_PACKET sockets, one for each opening. The kernel filters: only untagged frames of one EtherType, from
// one interface, that pass the caller's program, and none of our own. Needs CAP_NET_RAW.
#pragma once

#include <boost/asio/io_context.hpp>

#include "hal/frames.h"

namespace portreeve::hal {

class LinuxFrameSockets : public FrameSockets {
 public:
  explicit LinuxFrameSockets(boost::asio::io_context& context) : context_(context) {}

  Result<std::unique_ptr<FrameSocket>> open(IfIndex interface, std::uint16_t ether_type,
                                            std::span<const FilterInstruction> filter,
                                            std::function<void(Bytes)> received,
                                            std::function<void(Error)> failed) override;

 private:
  boost::asio::io_context& context_;
};

}  // namespace portreeve::hal

// Frames by AF_PACKET sockets, one for each opening. The kernel filters: only untagged frames of one EtherType, from
// one interface, that pass the caller's program, and none of our own. Needs CAP_NET_RAW.
//
// To close one, the kernel waits until no processor looks at it any more, some 10 ms: `closer` does that, beside the
// event loop.
#pragma once

#include <boost/asio/io_context.hpp>

#include "hal/base/worker.h"
#include "hal/frames.h"

namespace portreeve::hal {

class LinuxFrameSockets : public FrameSockets {
 public:
  // `closer` outlives every socket.
  LinuxFrameSockets(boost::asio::io_context& context, Worker& closer) : context_(context), closer_(closer) {}

  Result<std::unique_ptr<FrameSocket>> open(IfIndex interface, std::uint16_t ether_type,
                                            std::span<const FilterInstruction> filter,
                                            std::function<void(Bytes)> received,
                                            std::function<void(Error)> failed) override;

 private:
  boost::asio::io_context& context_;
  Worker& closer_;
};

}  // namespace portreeve::hal

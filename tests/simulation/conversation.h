// One end of a conversation with a peer whose part is written down, octet by octet: so that it can be broken off behind
// any octet of either stream and gone on with by another process, which must say and know the same in the end.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "firmware/bgp/peering.h"

namespace portreeve::simulation {

class Conversation {
 public:
  // "short": OPEN, KEEPALIVE, UPDATEs and ROUTE-REFRESH both ways. "long": tables of several chunks besides.
  Conversation(std::string_view which, TimePoint begins);

  [[nodiscard]] std::size_t steps() const { return script_.size(); }
  void run(std::size_t until);
  [[nodiscard]] std::size_t done() const { return done_; }
  [[nodiscard]] const bgp::Octets& written() const { return written_; }

  // The session stands, has both tables, and has nothing left to say.
  [[nodiscard]] bool is_synchronized() const;

  // Everything there is to know of it: table, peering.
  [[nodiscard]] bgp::Octets store() const;
  // In the place of what has been done here; false: it is not taken.
  bool restore(Bytes stored, std::size_t done);

 private:
  struct Step {
    enum class Kind : std::uint8_t { Start, Connected, Receive, Write, Pass, Announce, Withdraw };
    Kind kind = Kind::Start;
    bgp::Octets octets{};      // Receive
    std::uint32_t amount = 0;  // octets, routes, milliseconds
    std::uint32_t first = 0;   // route
  };

  void write_script(std::string_view which);
  void receive(const bgp::Octets& stream, std::size_t each, std::size_t written_each);
  void run(const Step& step);
  void change(const Step& step);
  [[nodiscard]] TimePoint now() const { return begins_ + passed_; }

  TimePoint begins_;
  Duration passed_{};
  std::vector<Step> script_;
  std::size_t done_ = 0;
  bgp::PeeringConfig config_;
  std::unique_ptr<bgp::RibOut> routes_;
  std::unique_ptr<bgp::Peering> peering_;
  bgp::Octets written_;
};

}  // namespace portreeve::simulation

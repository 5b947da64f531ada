#include "firmware/bgp/farewell.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kLinger{2};

}  // namespace

class Farewells::One : public std::enable_shared_from_this<One> {
 public:
  One(Farewells& owner, tcp::socket socket, Octets words, Admission admission)
      : owner_(&owner),
        socket_(std::move(socket)),
        admission_(std::move(admission)),
        timer_(owner.context_),
        words_(std::move(words)) {}

  void begin() {
    timer_.expires_after(kLinger);
    timer_.async_wait([self = shared_from_this()](error_code) { self->finish(); });
    write();
    read();
  }

  // Handlers that are still queued find nothing to do.
  void abandon() {
    owner_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
    admission_ = Admission();
    timer_.cancel();
  }

 private:
  void write() {
    error_code error;
    while (written_ < words_.size() && !error) {
      written_ += socket_.write_some(boost::asio::buffer(words_) + written_, error);
    }
    if (error == boost::asio::error::would_block) {
      socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code failed) {
        if (self->owner_ != nullptr && !failed) self->write();
      });
    } else if (error) {
      finish();
    } else {
      socket_.shutdown(tcp::socket::shutdown_send, error);
    }
  }

  void read() {
    if (owner_ == nullptr) return;
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code failed) {
      if (self->owner_ == nullptr || failed) return;
      // One buffer a turn: a peer that goes on sending must not keep the loop busy.
      std::array<std::byte, 16384> unread{};
      error_code error;
      self->socket_.read_some(boost::asio::buffer(unread), error);
      if (error && error != boost::asio::error::would_block) {
        self->finish();
      } else {
        self->read();
      }
    });
  }

  void finish() {
    if (owner_ == nullptr) return;
    Farewells* owner = owner_;
    const auto self = shared_from_this();
    abandon();
    owner->ended(self);
  }

  Farewells* owner_;
  tcp::socket socket_;
  Admission admission_;
  boost::asio::steady_timer timer_;
  Octets words_;
  std::size_t written_ = 0;
};

Farewells::~Farewells() { abandon(); }

void Farewells::begin(tcp::socket socket, Octets last_words, Admission admission) {
  auto one = std::make_shared<One>(*this, std::move(socket), std::move(last_words), std::move(admission));
  under_way_.insert(one);
  one->begin();
}

void Farewells::abandon() {
  for (const auto& one : under_way_) one->abandon();
  under_way_.clear();
}

void Farewells::ended(const std::shared_ptr<One>& one) {
  under_way_.erase(one);
  if (under_way_.empty() && done_) done_();
}

}  // namespace portreeve::bgp

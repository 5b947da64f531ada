#include "firmware/bgp/channel.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// What one peer may have written in one turn of the loop; 16 peers then take it for about 2 ms.
constexpr std::size_t kWriteOctetsPerTurn = 4 * RibOut::kChunkOctets;

TimePoint now() { return Clock::now(); }

}  // namespace

auto Channel::handler(Completion method) {
  return [weak = weak_from_this(), number = number_, method](const error_code& error) {
    const auto self = weak.lock();
    if (self && self->number_ == number) ((*self).*method)(error);
  };
}

void Channel::dial(const SocketOptions& options) {
  end({});
  peer_ = options.peer;
  auto socket = open_socket(context_.io, options);
  if (!socket) {
    fail_soon(socket.error().message);
    return;
  }
  socket_ = std::move(*socket);
  socket_->async_connect(endpoint_of(options), handler(&Channel::on_connected));
  // The kernel has chosen our end. Where it found none that is usable, nobody will ever answer.
  if (const auto usable = check_source(*socket_, options); !usable) {
    end({});
    fail_soon(usable.error().message);
  }
}

void Channel::take(tcp::socket socket, Admission admission, const SocketOptions& options) {
  end({});
  peer_ = options.peer;
  socket_ = std::move(socket);
  admission_ = std::move(admission);
  if (const auto adopted = adopt(*socket_, options); !adopted) {
    fail_soon(adopted.error().message);
    return;
  }
  begin();
}

// Not from here: the engine is still carrying out what it wished.
void Channel::fail_soon(std::string reason) {
  boost::asio::post(context_.io, [weak = weak_from_this(), number = number_, why = std::move(reason)] {
    const auto self = weak.lock();
    if (self && self->number_ == number) self->owner_.channel_failed(self->side_, why);
  });
}

void Channel::on_connected(const error_code& error) {
  if (error) {
    lost(error);
  } else {
    begin();
  }
}

void Channel::begin() {
  const auto local = local_end(*socket_, peer_);
  if (!local) {
    fail_soon(local.error().message);
    return;
  }
  connected_ = true;
  await_octets();
  owner_.channel_connected(side_, *local);
}

bool Channel::reached() const {
  error_code not_yet;
  if (socket_) socket_->remote_endpoint(not_yet);
  return socket_ && !not_yet;
}

std::optional<LocalEnd> Channel::local(std::span<const InterfaceAddress> addresses) const {
  if (!connected_) return std::nullopt;
  const auto end = local_end(*socket_, peer_, addresses);
  return end ? std::optional(*end) : std::nullopt;
}

void Channel::end(Octets last_words) {
  ++number_;
  if (socket_ && connected_ && !last_words.empty()) {
    error_code ignored;
    socket_->cancel(ignored);
    context_.farewells.begin(std::move(*socket_), std::move(last_words), std::move(admission_));
  }
  socket_.reset();
  admission_ = Admission();
  connected_ = false;
  awaiting_writable_ = false;
  write_failure_ = {};
  written_ = 0;
}

void Channel::lost(const error_code& error) {
  // The kernel tells a cause once, here perhaps to who wrote, and has only the end of the stream for who reads; that
  // nothing can be written to an end that is closed (EPIPE) is no cause.
  const bool cause_known = write_failure_ && write_failure_ != boost::asio::error::broken_pipe;
  const error_code& why = cause_known ? write_failure_ : error;
  const bool closed = why == boost::asio::error::eof;
  owner_.channel_failed(side_, closed ? "The peer closed the connection" : why.message());
}

void Channel::await_octets() { socket_->async_wait(tcp::socket::wait_read, handler(&Channel::on_readable)); }

// One buffer a turn, then everybody else has theirs: a peer that sends at full speed delays nobody.
void Channel::on_readable(const error_code& error) {
  const std::uint64_t number = number_;
  if (error) {
    lost(error);
    return;
  }
  read_once();
  if (number_ == number) await_octets();
}

void Channel::read_once() {
  if (!connected_) return;
  error_code error;
  const std::size_t octets = socket_->read_some(boost::asio::buffer(context_.read_buffer), error);
  if (error == boost::asio::error::would_block) return;
  if (error) {
    lost(error);
    return;
  }
  owner_.channel_received(side_, Bytes(context_.read_buffer).first(octets));
}

void Channel::flush_soon() {
  if (!connected_ || awaiting_writable_ || std::exchange(flush_posted_, true)) return;
  boost::asio::post(context_.io, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->flush_posted_ = false;
    self->flush();
  });
}

void Channel::on_writable(const error_code& error) {
  awaiting_writable_ = false;
  if (error) {
    lost(error);
    return;
  }
  flush();
}

void Channel::flush() {
  if (!connected_ || awaiting_writable_ || write_failure_) return;
  Connection& connection = owner_.connection(side_);
  std::size_t budget = kWriteOctetsPerTurn;
  while (budget > 0) {
    const Bytes next = connection.to_write(now(), context_.jitter);
    if (next.empty()) break;
    error_code error;
    const std::size_t octets = socket_->write_some(boost::asio::buffer(next.data(), next.size()), error);
    if (error == boost::asio::error::would_block) {
      awaiting_writable_ = true;
      socket_->async_wait(tcp::socket::wait_write, handler(&Channel::on_writable));
      break;
    }
    if (error) {
      // What the peer sent before it closed, perhaps a NOTIFICATION, still waits to be read, and says more than this
      // error; the end of the stream comes behind it.
      write_failure_ = error;
      return;
    }
    connection.wrote(octets);
    written_ += octets;
    budget -= std::min(budget, octets);
  }
  if (budget == 0) flush_soon();
  // Where nothing was written a SendHoldTimer that runs is judged when it expires.
  if (budget < kWriteOctetsPerTurn) note_transmission();
  owner_.channel_flushed(side_);
}

Result<> Channel::change(const SocketOptions& before, const SocketOptions& after) {
  if (!socket_) return {};
  return bgp::change(*socket_, before, after);
}

void Channel::note_transmission() {
  if (!connected_) return;
  const std::uint64_t outstanding = std::min(outstanding_octets(*socket_), written_);
  owner_.connection(side_).note_transmission(written_ - outstanding, outstanding, now());
}

bool Channel::all_acknowledged() { return connected_ && outstanding_octets(*socket_) == 0; }

}  // namespace portreeve::bgp

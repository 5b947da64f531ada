#include "firmware/bgp/stream.h"

namespace portreeve::bgp {

Result<Header, Notification> Inbox::judge(Bytes beginning) {
  if (beginning.size() >= kHeaderOctets) return check_header(beginning.first(kHeaderOctets));
  // Whoever is not speaking BGP is told so at his first octet, not when a header's worth of them has come.
  if (!marker_is_sound(beginning)) return Notification{ErrorCode::MessageHeader, subcode::NotSynchronized};
  return Header{};
}

void Inbox::hold(Bytes octets) {
  std::copy(octets.begin(), octets.end(), partial_.begin() + static_cast<std::ptrdiff_t>(held_));
  held_ += octets.size();
}

void Outbox::push(Bytes message) { control_.insert(control_.end(), message.begin(), message.end()); }

void Outbox::push(std::shared_ptr<const UpdateChunk> chunk) {
  chunk_ = std::move(chunk);
  chunk_at_ = 0;
  begun_until_ = 0;
}

Bytes Outbox::next() const {
  const bool control = control_at_ < control_.size();
  if (chunk_ != nullptr && chunk_at_ < begun_until_ && control) {
    return Bytes(chunk_->octets).subspan(chunk_at_, begun_until_ - chunk_at_);
  }
  if (control) return Bytes(control_).subspan(control_at_);
  if (chunk_ != nullptr) return Bytes(chunk_->octets).subspan(chunk_at_);
  return {};
}

void Outbox::wrote(std::size_t octets) {
  const bool control = control_at_ < control_.size() && !(chunk_ != nullptr && chunk_at_ < begun_until_);
  if (control) {
    control_at_ += octets;
    if (control_at_ == control_.size()) {
      control_.clear();
      control_at_ = 0;
    }
    return;
  }
  chunk_at_ += octets;
  // Walk message by message to the end of the one that has begun.
  const Bytes all = chunk_->octets;
  while (begun_until_ < chunk_at_) {
    Reader length(all.subspan(begun_until_ + kMarkerOctets, 2));
    begun_until_ += length.u16();
  }
  if (chunk_at_ == all.size()) {
    chunk_.reset();
    chunk_at_ = begun_until_ = 0;
  }
}

Octets Outbox::last_words() {
  Octets words;
  if (chunk_ != nullptr) {
    const Bytes rest = Bytes(chunk_->octets).subspan(chunk_at_, begun_until_ - chunk_at_);
    words.assign(rest.begin(), rest.end());
  }
  const Bytes control = Bytes(control_).subspan(control_at_);
  words.insert(words.end(), control.begin(), control.end());
  *this = Outbox();
  return words;
}

}  // namespace portreeve::bgp

#include "firmware/bgp/stream.h"

#include "firmware/bgp/stored.h"

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kStreamVersion = 1;

// The octets after `octets`' first message; none where it does not begin with a whole one.
std::optional<Bytes> after_message(Bytes octets) {
  if (octets.size() < kHeaderOctets) return std::nullopt;
  const auto header = check_header(octets.first(kHeaderOctets));
  if (!header || header->length > octets.size()) return std::nullopt;
  return octets.subspan(header->length);
}

}  // namespace

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

void Inbox::store(Octets& octets) const {
  StoreWriter writer(octets);
  writer.u8(kStreamVersion);
  writer.part(unfinished());
}

Result<Inbox, Malformed> Inbox::restore(Bytes octets) {
  StoreReader reader(octets);
  reader.require(reader.u8() == kStreamVersion);
  const Bytes unfinished = reader.part();
  const auto header = judge(unfinished);
  // A message that is whole, or cannot become one, would have been dealt with.
  reader.require(header.has_value() && unfinished.size() < (header->length == 0 ? kHeaderOctets : header->length));
  Inbox inbox;
  if (reader.good()) inbox.hold(unfinished);
  return reader.finish(inbox);
}

// A peer that takes nothing for long finds one KEEPALIVE when it reads again, and not as many as were due: one that
// waits says all that another behind it could.
void Outbox::push(Bytes message) {
  const auto keepalive = encode_keepalive();
  const Bytes unsent = Bytes(control_).subspan(control_at_);
  const bool is_keepalive = std::equal(message.begin(), message.end(), keepalive.begin(), keepalive.end());
  if (is_keepalive && unsent.size() >= message.size() &&
      std::equal(message.begin(), message.end(), unsent.end() - static_cast<std::ptrdiff_t>(message.size()))) {
    return;
  }
  control_.insert(control_.end(), message.begin(), message.end());
}

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

void Outbox::store(Octets& octets) const {
  StoreWriter writer(octets);
  writer.u8(kStreamVersion);
  writer.part(Bytes(control_).subspan(control_at_));
  writer.flag(has_updates());
  if (!has_updates()) return;
  writer.part(Bytes(chunk_->octets).subspan(chunk_at_));
  writer.u32(static_cast<std::uint32_t>(begun_until_ - chunk_at_));
}

Result<Outbox, Malformed> Outbox::restore(Bytes octets) {
  StoreReader reader(octets);
  reader.require(reader.u8() == kStreamVersion);
  Outbox outbox;
  const Bytes control = reader.part();
  outbox.control_.assign(control.begin(), control.end());
  if (reader.flag()) {
    const Bytes rest = reader.part();
    outbox.begun_until_ = reader.u32();
    reader.require(!rest.empty() && outbox.begun_until_ <= rest.size());
    // `wrote` goes from message to message behind the one that has begun.
    for (Bytes whole = reader.good() ? rest.subspan(outbox.begun_until_) : Bytes(); !whole.empty();) {
      const auto behind = after_message(whole);
      reader.require(behind.has_value());
      whole = behind.value_or(Bytes());
    }
    auto chunk = std::make_shared<UpdateChunk>();
    chunk->octets.assign(rest.begin(), rest.end());
    outbox.chunk_ = std::move(chunk);
  }
  return reader.finish(std::move(outbox));
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

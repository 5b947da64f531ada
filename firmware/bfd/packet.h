// The BFD control packet (RFC 5880 §4.1): codec over spans, with every check of §6.8.6 that needs no session. What
// needs one (whose it is, its TTL) is the shell's. Authentication is not supported: a packet that carries it is
// refused, as the RFC asks of a system that has none configured.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::bfd {

// Intervals as they stand on the wire.
using Interval = std::chrono::duration<std::uint32_t, std::micro>;

enum class State : std::uint8_t { AdminDown = 0, Down = 1, Init = 2, Up = 3 };
const char* state_name(State state);

// RFC 5880 §4.1. Five bits: what came from outside may be none of these, and has words all the same.
enum class Diagnostic : std::uint8_t {
  None = 0,
  DetectionTimeExpired = 1,
  EchoFailed = 2,
  NeighborSignaledDown = 3,
  ForwardingPlaneReset = 4,
  PathDown = 5,
  ConcatenatedPathDown = 6,
  AdministrativelyDown = 7,
  ReverseConcatenatedPathDown = 8,
};
std::string describe(Diagnostic diagnostic);

constexpr std::size_t kPacketOctets = 24;  // without authentication

struct Packet {
  Diagnostic diagnostic = Diagnostic::None;
  State state = State::Down;
  bool poll = false;
  bool final = false;
  bool control_plane_independent = false;
  bool demand = false;
  std::uint8_t detect_multiplier = 3;
  std::uint32_t my_discriminator = 0;
  std::uint32_t your_discriminator = 0;
  Interval desired_min_tx{};
  Interval required_min_rx{};
  Interval required_min_echo_rx{};

  friend bool operator==(const Packet&, const Packet&) = default;
};

// Why a packet was discarded, in the order of the checks.
enum class Discard : std::uint8_t {
  Version,
  Length,
  DetectMultiplier,
  Multipoint,
  MyDiscriminator,
  YourDiscriminator,
  Authentication,
};
const char* describe(Discard reason);

Result<Packet, Discard> decode(Bytes payload);
std::array<std::byte, kPacketOctets> encode(const Packet& packet);

}  // namespace portreeve::bfd

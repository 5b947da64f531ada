// The session engine: the finite state machine of RFC 4271 §8 for one connection with a peer, as a value and a
// function. Event, time and random numbers go in; what to do comes out, to be done after the call has returned, so the
// machine is never re-entered. Timers are deadlines in the value: whoever drives it waits for `next_deadline`.
//
// Built in beyond §8: damping of oscillations by exponential back-off (DampPeerOscillations, IdleHoldTimer), FSM error
// subcodes (RFC 6608), SendHoldTimer (RFC 9687), route refresh (RFC 2918, RFC 7313), Hard Reset (RFC 8538). fsm.cc is
// the machine, session.cc its timers and messages. Not here: octets and sockets (connection.h), routes (rib_out.h), and
// collision detection, which needs two connections (peering.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/bgp/jitter.h"
#include "firmware/bgp/message.h"
#include "firmware/bgp/notification.h"
#include "firmware/bgp/open.h"
#include "firmware/bgp/update.h"
#include "hal/base/time.h"

namespace portreeve::bgp {

enum class SessionState : std::uint8_t { Idle, Connect, Active, OpenSent, OpenConfirm, Established };
const char* state_name(SessionState state);

// Numbered as in RFC 4271 §8.1 and RFC 9687 §4; those after 29 are ours.
enum class EventType : std::uint8_t {
  ManualStart = 1,
  ManualStop = 2,
  AutomaticStart = 3,
  ManualStartPassive = 4,
  AutomaticStartPassive = 5,
  AutomaticStartDamped = 6,
  AutomaticStartDampedPassive = 7,
  AutomaticStop = 8,
  ConnectRetryTimerExpires = 9,
  HoldTimerExpires = 10,
  KeepaliveTimerExpires = 11,
  DelayOpenTimerExpires = 12,
  IdleHoldTimerExpires = 13,
  TcpConnectionValid = 14,
  TcpConnectionInvalid = 15,
  TcpConnectionAcknowledged = 16,  // the one we asked for is up
  TcpConnectionConfirmed = 17,     // one that the peer asked for is up
  TcpConnectionFails = 18,
  BgpOpen = 19,
  BgpOpenWithDelayOpenTimer = 20,
  BgpHeaderError = 21,
  BgpOpenError = 22,
  OpenCollisionDump = 23,
  NotificationVersionError = 24,
  NotificationMessage = 25,
  KeepaliveMessage = 26,
  UpdateMessage = 27,
  UpdateError = 28,
  SendHoldTimerExpires = 29,
  RouteRefreshMessage = 30,
  RouteRefreshError = 31,
  RetryNow = 32,  // the way to the peer has come back: whatever waits to connect does so now
  Reset = 33,     // the session is to end for what the NOTIFICATION says, and to be tried again
  Leave = 34,     // the session is to end without a word: the peer shall keep our routes (RFC 4724)
};

struct Event {
  EventType type;
  // The one to send (stop, header, OPEN and UPDATE errors), or that was received.
  const Notification* notification = nullptr;
  const Open* open = nullptr;             // of BgpOpen*
  const Negotiated* agreed = nullptr;     // of BgpOpen*
  std::string_view reason{};              // of TcpConnectionFails: "Connection refused"; of Leave
  std::optional<AddressFamily> family{};  // of RouteRefreshMessage
};

struct SessionConfig {
  OpenConfig open;
  Duration backoff_minimum = std::chrono::seconds(1);
  Duration connect_retry = std::chrono::seconds(30);  // of one attempt, and the most that back-off reaches
  Duration delay_open = Duration::zero();             // 0: none
  std::optional<std::uint32_t> prefix_limit;          // received prefixes, beyond which the session is ended
  Duration lived = std::chrono::seconds(10);          // Established for as long: the back-off begins anew
  bool damp_oscillations = true;                      // else back-off does not grow
  bool passive = false;                               // PassiveTcpEstablishment: waits to be connected to
};

// Why a session ended, or an attempt did.
struct Fault {
  std::uint8_t code = 0;  // 0: no NOTIFICATION was involved
  std::uint8_t subcode = 0;
  bool sent = false;
  std::string text;
};

struct MessageCounters {
  std::uint64_t open = 0, update = 0, notification = 0, keepalive = 0, route_refresh = 0;
};

// Stopped where there is no value.
struct Timers {
  std::optional<TimePoint> connect_retry, hold, keepalive, delay_open, idle_hold, send_hold;
};

struct Session {
  SessionState state = SessionState::Idle;
  Timers timers;
  std::uint32_t connect_retry_counter = 0;  // attempts that failed since a session that lived, or a start
  std::optional<TimePoint> established_at;
  std::optional<OpenConfig> offered;         // what our OPEN said, from OpenSent on, whatever is configured since
  std::optional<Negotiated> agreed;          // in OpenConfirm and Established
  std::optional<Capabilities> capabilities;  // of the peer's OPEN, likewise
  std::uint64_t acknowledged = 0;            // octets the peer's TCP had taken when send_hold was armed last

  MessageCounters received, sent;
  std::uint64_t routes_received = 0;
  std::uint64_t routes_withdrawn = 0;
  std::uint64_t updates_refused = 0;  // treated as withdraw
};

// What is to be done, in this order: send, close, connect.
struct Step {
  Octets send;         // whole messages
  bool close = false;  // the TCP connection, once what was sent has left (a NOTIFICATION may be last)
  bool connect = false;
  std::optional<Family> refresh;       // send this family's routes again, as `agreed` says
  std::optional<Fault> fault;          // the session, or an attempt at one, ended by this
  std::optional<UpdateReport> remark;  // an UPDATE that was accepted, but not as it was meant
};

Step step(const SessionConfig& config, Session& session, const Event& event, TimePoint now, Jitter& jitter);

// Decodes and judges one message, then steps.
Step receive(const SessionConfig& config, Session& session, MessageType type, Bytes body, TimePoint now,
             Jitter& jitter);

class StoreReader;
class StoreWriter;

// A session as octets and back (DESIGN, decision 3); times are kept as distances from `now`. What no session can be is
// refused, by the reader.
void store(StoreWriter& writer, const Session& session, TimePoint now);
Session restore_session(StoreReader& reader, TimePoint now);

std::optional<TimePoint> next_deadline(const Session& session);
// Steps with the timer that has been due longest; call again until `next_deadline` is later than now.
Step expire(const SessionConfig& config, Session& session, TimePoint now, Jitter& jitter);

// Of a session that stands; none: a third of the hold time. The KEEPALIVE that is due next stays where it is.
void set_keepalive_time(Session& session, const std::optional<std::chrono::seconds>& configured);

// `messages` UPDATEs have been given to the socket: the peer needs no KEEPALIVE for a while (RFC 4271 §8.2.2).
void note_updates_sent(Session& session, std::uint32_t messages, TimePoint now, Jitter& jitter);

// How far the peer's TCP has got: octets acknowledged on this connection so far, and written but not acknowledged.
// Runs the SendHoldTimer while there are some of the latter and the former stands still.
void note_transmission(Session& session, std::uint64_t acknowledged, std::uint64_t outstanding, TimePoint now);

}  // namespace portreeve::bgp

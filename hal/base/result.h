// Errors are values. A Result holds what was asked for, or why it could not be had; ignoring one is a compile error.
// `Error` is for people and for D-Bus: its kind says what the caller can do, its message what to do next.
// Engines use their own error types (a byte offset, a BGP NOTIFICATION) in the second parameter.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace portreeve {

// Each kind has one D-Bus error name (firmware/bus/errors.cc).
enum class ErrorKind {
  InvalidArgument,  // the request itself is wrong; the message says what is allowed
  NotFound,         // what it names does not exist
  Conflict,         // it exists already, or is in use by something the message names
  Exhausted,        // no free address, descriptor, memory or disk space
  NotSupported,     // not by this version or this kernel
  NotManaged,       // it exists but is not ours to change
  Busy,             // another change is being applied; try again
  NotReady,         // waits for something absent (hardware, a peer); goes on by itself
  Failed,           // the system refused; the message carries its reason
};

struct Error {
  ErrorKind kind = ErrorKind::Failed;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

// A value converts to a Result that holds it, an E to one that holds the error. Boost's own constructors are not taken
// over: they call a number ambiguous where E is an aggregate that a number could begin.
template <class T = void, class E = Error>
class [[nodiscard]] Result : public boost::system::result<T, E> {
  using Base = boost::system::result<T, E>;

 public:
  // `return value;` and `return error;` are the point of the type. The constraint below keeps copies and moves out of
  // the first constructor, which clang-tidy does not see.
  // NOLINTBEGIN(google-explicit-constructor,bugprone-forwarding-reference-overload)
  template <class U = T>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, E> &&
           !std::is_same_v<std::remove_cvref_t<U>, Result>) Result(U&& value)
      : Base(boost::system::in_place_value, std::forward<U>(value)) {}
  Result(E error) : Base(boost::system::in_place_error, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor,bugprone-forwarding-reference-overload)
};

template <class E>
class [[nodiscard]] Result<void, E> : public boost::system::result<void, E> {
  using Base = boost::system::result<void, E>;

 public:
  Result() = default;
  Result(E error) : Base(boost::system::in_place_error, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

// The error of a system call, in words: `doing` is "open the state directory /x"; `number` is errno.
Error system_error(const std::string& doing, int number);

// Only reached by `.value()`, which this project does not call.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace portreeve

#define PORTREEVE_CONCAT_(a, b) a##b
#define PORTREEVE_CONCAT(a, b) PORTREEVE_CONCAT_(a, b)

// PORTREEVE_TRY(auto port, find(name)): returns early with the error, else declares `port`.
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
#define PORTREEVE_TRY(declaration, expression)                     \
  auto PORTREEVE_CONCAT(result_, __LINE__) = (expression);         \
  if (!PORTREEVE_CONCAT(result_, __LINE__)) {                      \
    return std::move(PORTREEVE_CONCAT(result_, __LINE__)).error(); \
  }                                                                \
  declaration = std::move(*PORTREEVE_CONCAT(result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

// The same where there is no value to keep.
#define PORTREEVE_TRY_VOID(expression) \
  if (auto result_ = (expression); !result_) return std::move(result_).error()

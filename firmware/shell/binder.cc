#include "firmware/shell/binder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "firmware/shell/words.h"
#include "hal/base/ip_address.h"
#include "hal/base/number.h"

namespace portreeve::shell {
namespace {

ShellError binding_error(const Cmdlet& cmdlet, const Argument& at, std::string message, std::string id,
                         std::string category = "InvalidArgument",
                         std::string exception = "ParameterBindingException") {
  return {.command = std::string(cmdlet.name),
          .message = std::move(message),
          .category = std::move(category),
          .target = {},
          .exception = std::move(exception),
          .id = std::move(id),
          .offset = at.offset,
          .length = at.length};
}

ShellError not_allowed(const Cmdlet& cmdlet, const Argument& at, const Parameter& parameter, const std::string& value) {
  return binding_error(cmdlet, at,
                       "Cannot validate argument on parameter '" + std::string(parameter.name) + "'. The value " +
                           value + " is not allowed: " + allowed(parameter) + ".",
                       "ParameterArgumentValidationError", "InvalidData", "ParameterBindingValidationException");
}

ShellError no_number(const Cmdlet& cmdlet, const Argument& at, const Parameter& parameter, const std::string& value) {
  return binding_error(cmdlet, at,
                       "Cannot bind parameter '" + std::string(parameter.name) + "'. Cannot convert value \"" + value +
                           "\" to type \"System." + std::string(type_name(parameter)) +
                           "\". Allowed: " + allowed(parameter) + ".",
                       "CannotConvertArgumentNoMessage");
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

const std::string_view* find_word(const Parameter& parameter, std::string_view value) {
  const auto found = std::find_if(parameter.words.begin(), parameter.words.end(),
                                  [&](std::string_view word) { return same_word(word, value); });
  return found == parameter.words.end() ? nullptr : &*found;
}

bool is_valid(const Parameter& parameter, std::string_view value) {
  switch (parameter.type) {
    case ParameterType::Asn:
      return Asn::parse(value).has_value();
    case ParameterType::Number:
      return (parameter.or_zero && value == "0") ||
             parse_number(value, parameter.minimum, parameter.maximum).has_value();
    case ParameterType::IpAddress:
      return IpAddress::parse(value.substr(0, value.find('%'))).has_value();
    case ParameterType::Word:
      return false;  // it was not found
    case ParameterType::Text:
    case ParameterType::TextList:
    case ParameterType::Boolean:
    case ParameterType::Switch:
      break;
  }
  return true;
}

class Binder {
 public:
  Binder(const Command& command, const Cmdlet& cmdlet) : command_(command), cmdlet_(cmdlet) {}

  Result<Bound, ShellError> run();

 private:
  Result<void, ShellError> named(const Argument& argument);
  Result<void, ShellError> by_position();
  Result<void, ShellError> mandatory() const;
  Result<void, ShellError> set(const Parameter& parameter, const Argument& value);
  Result<void, ShellError> set_switch(const Parameter& parameter, const Argument& argument);
  Result<void, ShellError> set_flag(const Parameter& parameter, const Argument& at, const std::string& value,
                                    const char* allowed);

  const Command& command_;
  const Cmdlet& cmdlet_;
  std::size_t at_ = 0;
  std::vector<const Argument*> unnamed_;
  Bound bound_;
};

Result<Bound, ShellError> Binder::run() {
  while (at_ < command_.arguments.size()) {
    const Argument& argument = command_.arguments[at_++];
    if (argument.kind == TokenKind::Parameter) {
      PORTREEVE_TRY_VOID(named(argument));
    } else {
      unnamed_.push_back(&argument);
    }
  }
  PORTREEVE_TRY_VOID(by_position());
  PORTREEVE_TRY_VOID(mandatory());
  return std::move(bound_);
}

Result<void, ShellError> Binder::named(const Argument& argument) {
  const std::string& name = argument.values[0];
  const ParameterMatch match = match_parameter(cmdlet_, name);
  if (match.parameter == nullptr && match.candidates.empty()) {
    return binding_error(cmdlet_, argument, "A parameter cannot be found that matches parameter name '" + name + "'.",
                         "NamedParameterNotFound");
  }
  if (match.parameter == nullptr) {
    std::string possible;
    for (const std::string_view candidate : match.candidates) possible.append(" -").append(candidate);
    return binding_error(cmdlet_, argument,
                         "Parameter cannot be processed because the parameter name '" + name +
                             "' is ambiguous. Possible matches include:" + possible + ".",
                         "AmbiguousParameter");
  }
  const Parameter& parameter = *match.parameter;
  if (bound_.has(parameter.name)) {
    return binding_error(
        cmdlet_, argument,
        "Cannot bind parameter because parameter '" + std::string(parameter.name) + "' is specified more than once.",
        "ParameterAlreadyBound");
  }
  if (parameter.type == ParameterType::Switch) return set_switch(parameter, argument);
  if (at_ == command_.arguments.size() || command_.arguments[at_].kind != TokenKind::Word) {
    return binding_error(cmdlet_, argument,
                         "Missing an argument for parameter '" + std::string(parameter.name) +
                             "'. Specify a parameter of type 'System." + std::string(type_name(parameter)) +
                             "' and try again.",
                         "MissingArgument");
  }
  return set(parameter, command_.arguments[at_++]);
}

Result<void, ShellError> Binder::set_switch(const Parameter& parameter, const Argument& argument) {
  std::string value = "$true";
  if (argument.colon && at_ < command_.arguments.size() && command_.arguments[at_].kind == TokenKind::Word) {
    value = command_.arguments[at_++].values[0];
  }
  return set_flag(parameter, argument, value, "A switch takes $true or $false.");
}

Result<void, ShellError> Binder::set_flag(const Parameter& parameter, const Argument& at, const std::string& value,
                                          const char* allowed) {
  const bool yes = same_word(value, "$true") || value == "1";
  if (!yes && !same_word(value, "$false") && value != "0") {
    return binding_error(
        cmdlet_, at, "Cannot convert '" + value + "' for parameter '" + std::string(parameter.name) + "'. " + allowed,
        "CannotConvertArgument");
  }
  bound_.set(parameter, {yes ? "true" : "false"});
  return {};
}

Result<void, ShellError> Binder::set(const Parameter& parameter, const Argument& value) {
  const std::string name(parameter.name);
  if (value.values.size() > 1 && parameter.type != ParameterType::TextList) {
    return binding_error(cmdlet_, value,
                         "Parameter '" + name + "' takes one value, not " + std::to_string(value.values.size()) + ".",
                         "CannotConvertArgument");
  }
  if (parameter.type == ParameterType::Boolean) {
    return set_flag(parameter, value, value.values[0], "A Boolean takes $true or $false.");
  }
  if (const std::string_view* word = find_word(parameter, value.values[0])) {
    bound_.set(parameter, {std::string(*word)});
    return {};
  }
  for (const std::string& text : value.values) {
    if (text.empty()) {
      return binding_error(cmdlet_, value,
                           "Cannot bind argument to parameter '" + name + "' because it is an empty string.",
                           "ParameterArgumentValidationErrorEmptyStringNotAllowed", "InvalidData",
                           "ParameterBindingValidationException");
    }
    if (is_valid(parameter, text)) continue;
    const bool number_wanted = type_name(parameter).starts_with("UInt");
    if (number_wanted && !is_number(text)) return no_number(cmdlet_, value, parameter, text);
    return not_allowed(cmdlet_, value, parameter, text);
  }
  bound_.set(parameter, value.values);
  return {};
}

Result<void, ShellError> Binder::by_position() {
  auto parameter = cmdlet_.parameters.begin();
  for (const Argument* argument : unnamed_) {
    parameter = std::find_if(parameter, cmdlet_.parameters.end(),
                             [&](const Parameter& p) { return p.positional && !bound_.has(p.name); });
    if (parameter == cmdlet_.parameters.end()) {
      return binding_error(
          cmdlet_, *argument,
          "A positional parameter cannot be found that accepts argument '" + argument->values[0] + "'.",
          "PositionalParameterNotFound");
    }
    PORTREEVE_TRY_VOID(set(*parameter, *argument));
  }
  return {};
}

// Which parameter set is meant, and whether all that it needs is there.
Result<void, ShellError> Binder::mandatory() const {
  const Argument whole{.kind = TokenKind::Word, .values = {}, .offset = command_.offset, .length = command_.length};
  std::uint8_t meant = 0;
  for (const Parameter& parameter : cmdlet_.parameters) {
    if (parameter.set == 0 || !bound_.has(parameter.name)) continue;
    if (meant != 0 && meant != parameter.set) {
      return binding_error(cmdlet_, whole, "Parameter set cannot be resolved using the specified named parameters.",
                           "AmbiguousParameterSet");
    }
    meant = parameter.set;
  }
  std::string missing;
  for (const Parameter& parameter : cmdlet_.parameters) {
    const bool is_meant = parameter.is_in(meant == 0 ? 1 : meant);
    const bool given = bound_.has(parameter.name) || bound_.has(parameter.or_else);
    if (parameter.mandatory && is_meant && !given) missing.append(" ").append(parameter.name);
  }
  if (missing.empty()) return {};
  return binding_error(cmdlet_, whole,
                       "Cannot process command because of one or more missing mandatory parameters:" + missing + ".",
                       "MissingMandatoryParameter");
}

}  // namespace

Result<Bound, ShellError> bind(const Command& command, const Cmdlet& cmdlet) { return Binder(command, cmdlet).run(); }

}  // namespace portreeve::shell

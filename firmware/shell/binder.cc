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
                           value + " is not allowed: " + std::string(allowed(parameter.type)) + ".",
                       "ParameterArgumentValidationError", "InvalidData", "ParameterBindingValidationException");
}

ShellError no_number(const Cmdlet& cmdlet, const Argument& at, const Parameter& parameter, const std::string& value) {
  return binding_error(cmdlet, at,
                       "Cannot bind parameter '" + std::string(parameter.name) + "'. Cannot convert value \"" + value +
                           "\" to type \"System." + std::string(type_name(parameter.type)) +
                           "\". Allowed: " + std::string(allowed(parameter.type)) + ".",
                       "CannotConvertArgumentNoMessage");
}

bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_valid(ParameterType type, std::string_view value) {
  switch (type) {
    case ParameterType::Asn:
      return Asn::parse(value).has_value();
    case ParameterType::HoldTime:
      return value == "0" || parse_number(value, 3, 65535).has_value();
    case ParameterType::IpAddress:
      return IpAddress::parse(value.substr(0, value.find('%'))).has_value();
    case ParameterType::Text:
    case ParameterType::TextList:
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
                             "'. Specify a parameter of type 'System." + std::string(type_name(parameter.type)) +
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
  if (!same_word(value, "$true") && !same_word(value, "$false")) {
    return binding_error(cmdlet_, argument,
                         "Cannot convert '" + value + "' for parameter '" + std::string(parameter.name) +
                             "'. A switch takes $true or $false.",
                         "CannotConvertArgument");
  }
  bound_.set(parameter.name, {same_word(value, "$true") ? "true" : "false"});
  return {};
}

Result<void, ShellError> Binder::set(const Parameter& parameter, const Argument& value) {
  const std::string name(parameter.name);
  if (value.values.size() > 1 && parameter.type != ParameterType::TextList) {
    return binding_error(cmdlet_, value,
                         "Parameter '" + name + "' takes one value, not " + std::to_string(value.values.size()) + ".",
                         "CannotConvertArgument");
  }
  for (const std::string& text : value.values) {
    if (text.empty()) {
      return binding_error(cmdlet_, value,
                           "Cannot bind argument to parameter '" + name + "' because it is an empty string.",
                           "ParameterArgumentValidationErrorEmptyStringNotAllowed", "InvalidData",
                           "ParameterBindingValidationException");
    }
    if (is_valid(parameter.type, text)) continue;
    const bool number_wanted = parameter.type == ParameterType::Asn || parameter.type == ParameterType::HoldTime;
    if (number_wanted && !is_number(text)) return no_number(cmdlet_, value, parameter, text);
    return not_allowed(cmdlet_, value, parameter, text);
  }
  bound_.set(parameter.name, value.values);
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

Result<void, ShellError> Binder::mandatory() const {
  std::string missing;
  for (const Parameter& parameter : cmdlet_.parameters) {
    if (parameter.mandatory && !bound_.has(parameter.name)) missing.append(" ").append(parameter.name);
  }
  if (missing.empty()) return {};
  const Argument whole{.kind = TokenKind::Word, .values = {}, .offset = command_.offset, .length = command_.length};
  return binding_error(cmdlet_, whole,
                       "Cannot process command because of one or more missing mandatory parameters:" + missing + ".",
                       "MissingMandatoryParameter");
}

}  // namespace

Result<Bound, ShellError> bind(const Command& command, const Cmdlet& cmdlet) { return Binder(command, cmdlet).run(); }

}  // namespace portreeve::shell
